package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.disks.DiskImages;
import io.doppel.disks.ImageIdentity;
import io.doppel.disks.RawDiskWriter;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.transport.Transport;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;

/** Opens images that are files on the server. */
@Component(service = Transport.class)
public final class FolderTransport implements Transport {
    @Override
    public String name() {
        return FolderAccess.KIND;
    }

    @Override
    public boolean supports(DiskAccess access) {
        return access.kind().equals(FolderAccess.KIND);
    }

    @Override
    public DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        Path image = FolderAccess.path(access);
        Optional<ImageIdentity> expected = FolderAccess.identity(access);
        return expected.isPresent() ? DiskImages.open(image, expected.get()) : DiskImages.open(image);
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        Path image = FolderAccess.path(access);
        if (!access.writable()) {
            throw new DoppelException(FolderError.BAD_ACCESS, image + " was not offered for writing");
        }
        return RawDiskWriter.open(image);
    }
}
