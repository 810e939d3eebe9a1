package io.doppel.hypervisor.folder.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;

/** Raw images whose zero pages are holes. */
final class SparseImages {
    private static final int PAGE = 4096;

    private SparseImages() {}

    static Path write(Path file, byte[] content) throws IOException {
        byte[] zeros = new byte[PAGE];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(content.length);
            for (int at = 0; at < content.length; at += PAGE) {
                int length = Math.min(PAGE, content.length - at);
                if (!Arrays.equals(content, at, at + length, zeros, 0, length)) {
                    out.seek(at);
                    out.write(content, at, length);
                }
            }
        }
        return file;
    }
}
