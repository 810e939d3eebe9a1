package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/** Images of tests. */
public final class Images {
    private static final int BLOCK = 4096;

    private Images() {}

    /** Random bytes with stretches of zeros. */
    static byte[] content(int size, long seed) {
        Random random = new Random(seed);
        byte[] content = new byte[size];
        random.nextBytes(content);
        for (int i = 0; i < size / 200_000; i++) {
            int from = random.nextInt(size);
            Arrays.fill(content, from, Math.min(size, from + random.nextInt(300_000)), (byte) 0);
        }
        return content;
    }

    /** A raw file; blocks of zeros are holes. */
    public static Path raw(Path folder, byte[] content) throws IOException {
        Path file = Files.createTempFile(folder, "disk", ".raw");
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int at = 0; at < content.length; at += BLOCK) {
                int length = Math.min(BLOCK, content.length - at);
                if (!isZero(content, at, length)) {
                    out.write(ByteBuffer.wrap(content, at, length), at);
                }
            }
            if (out.size() < content.length) {
                out.write(ByteBuffer.wrap(new byte[1]), content.length - 1);
            }
        }
        return file;
    }

    private static boolean isZero(byte[] content, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (content[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** A qcow2 image. */
    public static Path qcow2(Path folder, byte[] content) throws IOException, InterruptedException {
        Path raw = raw(folder, content);
        Path image = folder.resolve(raw.getFileName() + ".qcow2");
        NbdServer.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.toString(), image.toString());
        return image;
    }

    static byte[] readAll(DiskReader reader) throws DoppelException {
        byte[] all = new byte[(int) reader.size()];
        reader.read(0, all, 0, all.length);
        return all;
    }
}
