package io.doppel.cifs.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A machine in a folder with one raw disk, which no compressor makes smaller. */
final class Machine {
    private static final int PIECE = 1 << 20;
    private static final int CHANGE = 100_000;

    final String name;
    final Path image;
    private final Random random;

    /** Makes the machine in a folder of machines. */
    Machine(Path machines, String name, int mib, long seed) throws IOException {
        this.name = name;
        this.image = Files.createDirectories(machines.resolve(name)).resolve("disk.img");
        this.random = new Random(seed);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            write(file, mib * (long) PIECE);
        }
    }

    /** Writes everything anew. */
    void rewrite() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            write(file, file.length());
        }
    }

    /** Writes the beginning anew. */
    void rewrite(int mib) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            write(file, mib * (long) PIECE);
        }
    }

    /** Changes a few places. */
    void change() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            byte[] bytes = new byte[CHANGE];
            for (int i = 0; i < 4; i++) {
                random.nextBytes(bytes);
                file.seek((long) (random.nextDouble() * (file.length() - bytes.length)));
                file.write(bytes);
            }
        }
    }

    private void write(RandomAccessFile file, long size) throws IOException {
        byte[] bytes = new byte[PIECE];
        for (long at = 0; at < size; at += bytes.length) {
            random.nextBytes(bytes);
            file.write(bytes);
        }
    }
}
