package io.doppel.hypervisor.folder.internal;

import io.doppel.disks.DiskImage;
import io.doppel.disks.DiskImages;
import io.doppel.disks.RawDiskWriter;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.transport.Transport;
import io.doppel.tck.TransportContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class FolderTransportTest extends TransportContract {
    @TempDir
    Path folder;

    @Override
    protected Transport transport() {
        return new FolderTransport();
    }

    @Override
    protected DiskAccess readable(byte[] content) throws Exception {
        Path file = SparseImages.write(Files.createTempFile(folder, "disk", ".img"), content);
        try (DiskImage image = DiskImages.open(file)) {
            return FolderAccess.reading(file, image.identity());
        }
    }

    @Override
    protected Optional<DiskAccess> writable(long size) throws Exception {
        Path file = folder.resolve("new.img");
        RawDiskWriter.create(file, size);
        return Optional.of(FolderAccess.writing(file));
    }

    @Override
    protected DiskAccess missing() {
        return FolderAccess.writing(folder.resolve("missing.img"));
    }
}
