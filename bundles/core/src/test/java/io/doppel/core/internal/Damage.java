package io.doppel.core.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Flips one bit in the middle of a stored object. */
final class Damage {
    private Damage() {}

    static void to(Path object) throws IOException {
        object.toFile().setWritable(true);
        try (RandomAccessFile f = new RandomAccessFile(object.toFile(), "rw")) {
            f.seek(f.length() / 2);
            int b = f.read();
            f.seek(f.length() / 2);
            f.write(b ^ 1);
        }
    }

    /** To the largest pack of chunks of a vault. */
    static void toLargest(Path vault) throws IOException {
        to(largest(vault.resolve("data")));
    }

    static Path largest(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .max(Comparator.comparing(p -> p.toFile().length()))
                    .orElseThrow();
        }
    }
}
