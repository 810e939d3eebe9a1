package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.vault.VersionManifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Names of the files of one version in one folder; none of them is there. */
final class ExportNames {
    private final VersionManifest version;
    private final Path folder;
    private final Set<Path> given = new HashSet<>();

    ExportNames(VersionManifest version, Path folder) throws DoppelException {
        if (!Files.isDirectory(folder)) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no folder " + folder);
        }
        this.version = version;
        this.folder = folder;
    }

    /**
     * A new name.
     *
     * @param part what tells it from other files of the version
     * @param format how it ends
     */
    Path file(String part, String format) throws DoppelException {
        String name = version.machine().name() + "-" + version.id().substring(0, 8) + part;
        Path file = folder.resolve(name.replaceAll("[^\\p{L}\\p{N}._-]", "_") + "." + format);
        if (Files.exists(file) || !given.add(file)) {
            throw new DoppelException(CommonError.EXISTS, "There is a file " + file + " already");
        }
        return file;
    }
}
