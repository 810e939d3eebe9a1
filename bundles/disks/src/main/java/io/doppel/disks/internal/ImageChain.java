package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.FileState;
import io.doppel.disks.ImageIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files of an image and its parents. Owns them: whoever made the chain closes it. */
final class ImageChain {
    private static final int LONGEST = 64;

    private final List<SourceFile> files = new ArrayList<>();

    /** Opens one more file of the chain, by its real path. */
    SourceFile add(Path file) throws DoppelException {
        if (files.size() == LONGEST) {
            throw new DoppelException(
                    DiskError.CHAIN_TOO_LONG, files.get(0).path() + " has more than " + LONGEST + " parents");
        }
        SourceFile opened = SourceFile.open(file);
        boolean known = files.stream()
                .anyMatch(f -> f.state().key().equals(opened.state().key()));
        files.add(opened);
        if (known) {
            throw new DoppelException(DiskError.CHAIN_TOO_LONG, file + " is a parent of itself");
        }
        return opened;
    }

    /**
     * Finds a parent in the child's own folder, also when the name is a symbolic link.
     *
     * @param name a plain file name
     */
    static Path sibling(Path child, String name) throws DoppelException {
        Path folder = child.getParent();
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || name.indexOf(0) >= 0) {
            throw refused(child, name);
        }
        Path candidate = folder.resolve(name);
        if (!Files.exists(candidate)) {
            throw new DoppelException(DiskError.PARENT_MISSING, child + " needs its parent " + candidate);
        }
        try {
            Path real = candidate.toRealPath();
            if (!folder.equals(real.getParent())) {
                throw refused(child, name);
            }
            return real;
        } catch (IOException e) {
            throw Failures.of(e, candidate.toString());
        }
    }

    static DoppelException refused(Path child, String name) {
        return new DoppelException(
                DiskError.PARENT_REFUSED, child + " names the parent '" + name + "', which is not in its folder");
    }

    List<Path> paths() {
        return files.stream().map(SourceFile::path).toList();
    }

    ImageIdentity identity() {
        return new ImageIdentity(files.stream().map(SourceFile::state).toList());
    }

    long latestStamp() {
        return files.stream()
                .map(SourceFile::state)
                .mapToLong(FileState::latest)
                .max()
                .orElse(0);
    }

    void verifyUnchanged() throws DoppelException {
        for (SourceFile file : files) {
            file.verifyUnchanged();
        }
    }

    void close() throws IOException {
        IOException failure = null;
        for (SourceFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
