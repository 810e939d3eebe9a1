package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.hypervisor.BaseToken;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The change bases that hypervisors keep for us. Safe for several threads; changes are durable on return. */
@ProviderType
public interface BaseRecords {
    /** Keeps the newest bases of a machine for a consumer in place of earlier ones, all or nothing. */
    void replace(String host, String machineId, String consumer, List<BaseToken> bases) throws DoppelException;

    /** The bases of a machine for a consumer, at most one a disk. */
    List<BaseToken> find(String host, String machineId, String consumer) throws DoppelException;

    /** All bases of a host, of every machine and consumer. */
    List<BaseToken> ofHost(String host) throws DoppelException;
}
