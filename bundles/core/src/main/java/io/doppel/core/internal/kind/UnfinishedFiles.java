package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files that get their names only once all of them are whole; of those that were not finished none is left. Used by one run. */
final class UnfinishedFiles implements AutoCloseable {
    private static final String ENDING = ".part";

    private final Map<Path, Path> unfinished = new LinkedHashMap<>();
    private final List<Path> made = new ArrayList<>();

    /** Makes a file. */
    @FunctionalInterface
    interface Maker {
        /** Fails if there is one already. */
        void make(Path file) throws DoppelException, IOException;
    }

    /**
     * Makes the file that will have that name.
     *
     * @return the file to write
     */
    Path create(Path file, Maker maker) throws DoppelException, IOException {
        Path part = file.resolveSibling(file.getFileName() + ENDING);
        maker.make(part);
        made.add(part);
        unfinished.put(part, file);
        return part;
    }

    /** All are whole. Nothing is overwritten. */
    void finish() throws IOException {
        for (Map.Entry<Path, Path> e : unfinished.entrySet()) {
            Files.move(e.getKey(), e.getValue());
            made.add(e.getValue());
        }
        made.clear();
    }

    @Override
    public void close() {
        // What cannot be deleted shows as a file that is not finished.
        made.forEach(file -> file.toFile().delete());
    }
}
