package io.doppel.transport.nbd;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.transport.Transport;
import io.doppel.transport.nbd.internal.NbdDiskReader;
import io.doppel.transport.nbd.internal.NbdDiskWriter;
import io.doppel.transport.nbd.internal.NbdTarget;
import io.doppel.transport.nbd.internal.Timing;
import org.osgi.service.component.annotations.Component;

/** Opens accesses of the kind {@code nbd}; docs/transport-nbd.md has their parameters. */
@Component(service = Transport.class)
public final class NbdTransport implements Transport {
    @Override
    public String name() {
        return NbdTarget.KIND;
    }

    @Override
    public boolean supports(DiskAccess access) {
        return access.kind().equals(NbdTarget.KIND);
    }

    @Override
    public DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        return NbdDiskReader.open(NbdTarget.of(access, secrets), Timing.USUAL, cancel);
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        if (!access.writable()) {
            throw new DoppelException(NbdError.BAD_ACCESS, "The disk was not offered for writing");
        }
        return NbdDiskWriter.open(NbdTarget.of(access, secrets), Timing.USUAL, cancel);
    }
}
