package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.ImageIdentity;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.Place;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The disk accesses of this plug-in: files on the server's own machine. */
final class FolderAccess {
    static final String KIND = "folder-file";
    private static final String PATH = "path";
    private static final String IDENTITY = "identity";
    private static final int COST = 10;

    private FolderAccess() {}

    /** Reading an image that must still be what the snapshot saw. */
    static DiskAccess reading(Path image, ImageIdentity identity) {
        return access(false, Map.of(PATH, image.toString(), IDENTITY, identity.toText()));
    }

    /** Writing a new raw image, and reading it back. */
    static DiskAccess writing(Path image) {
        return access(true, Map.of(PATH, image.toString()));
    }

    private static DiskAccess access(boolean writable, Map<String, String> parameters) {
        return new DiskAccess(KIND, Place.SERVER, writable, COST, Optional.empty(), parameters, Map.of());
    }

    static Path path(DiskAccess access) throws DoppelException {
        String path = access.parameters().get(PATH);
        if (!access.kind().equals(KIND) || path == null) {
            throw new DoppelException(FolderError.BAD_ACCESS, "The access of kind " + access.kind() + " has no path");
        }
        return Path.of(path);
    }

    static Optional<ImageIdentity> identity(DiskAccess access) throws DoppelException {
        String text = access.parameters().get(IDENTITY);
        try {
            return Optional.ofNullable(text).map(ImageIdentity::parse);
        } catch (IllegalArgumentException e) {
            throw new DoppelException(FolderError.BAD_ACCESS, "The access has the identity '" + text + "'", e);
        }
    }
}
