package io.doppel.example.machines.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.transport.Transport;
import org.osgi.service.component.annotations.Component;

/** Opens computed disks. */
@Component
public final class ExampleTransport implements Transport {
    static final String KIND = "example-computed";

    @Override
    public String name() {
        return "example";
    }

    @Override
    public boolean supports(DiskAccess access) {
        return access.kind().equals(KIND);
    }

    @Override
    public DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) {
        return new ComputedDisk(
                access.parameters().get("seed").hashCode(),
                Long.parseLong(access.parameters().get("size")),
                Long.parseLong(access.parameters().get("rate")));
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        throw new DoppelException(CommonError.UNSUPPORTED, "Computed disks cannot be written");
    }
}
