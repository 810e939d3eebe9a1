package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Writes disks of a version to files. Used by one run. */
interface Exporter {
    /** Bytes collected before they are written. */
    int BUFFER = 1 << 20;

    /** The files by the keys of the disks, or for the whole machine, that go into them. */
    Map<String, Path> files();

    /** Writes them. */
    void write(UnfinishedFiles unfinished) throws DoppelException, IOException;

    /** What a file is written by. */
    @FunctionalInterface
    interface Content {
        /** Writes all of it. */
        void writeTo(OutputStream out) throws DoppelException, IOException;
    }

    /** Makes a file of a stream and brings it to the device. */
    static void stream(Path file, UnfinishedFiles unfinished, Content content) throws DoppelException, IOException {
        Path part = unfinished.create(
                file,
                path -> Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                        .close());
        try (FileOutputStream raw = new FileOutputStream(part.toFile());
                OutputStream out = new BufferedOutputStream(raw, BUFFER)) {
            content.writeTo(out);
            out.flush();
            raw.getFD().sync();
        }
    }
}
