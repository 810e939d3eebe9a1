package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How vaults are validated. All of it goes by the vault's own id and so is there again when a vault that was forgotten is attached anew.
 * Safe for several threads; changes are durable on return. Times are kept to the microsecond.
 */
@ProviderType
public interface ValidationRecords {
    /** Keeps the settings of a vault. */
    void putSettings(String vaultId, Map<String, String> settings) throws DoppelException;

    /** The settings of a vault; empty if none were kept. */
    Map<String, String> settings(String vaultId) throws DoppelException;

    /** Keeps how the clock was. */
    void putClock(String vaultId, ClockMark mark) throws DoppelException;

    /** How the clock was when this was last kept. */
    Optional<ClockMark> clock(String vaultId) throws DoppelException;
}
