package io.doppel.sim.xapi.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.disk.Extent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The disks of an XVA: unpacked by tar and checked by the checksum tools, and read back by us. */
class XvaDisksTest {
    private static final int MIB = 1024 * 1024;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void tarUnpacksItAndTheChecksumsHold(Checksum checksum) throws Exception {
        byte[] bytes = disk(9 * MIB + 5 * 512);
        Path xva = write(bytes, checksum, 0);
        run("tar", "-xf", xva.toString(), "-C", folder.toString());
        Path chunks = folder.resolve("Ref:4");
        assertFalse(Files.exists(chunks.resolve("00000003")), "a hole was written");
        assertTrue(Files.exists(chunks.resolve("00000000")) && Files.exists(chunks.resolve("00000009")));
        byte[] joined = new byte[bytes.length];
        for (int i = 0; i < 10; i++) {
            Path chunk = chunks.resolve(String.format("%08d", i));
            if (Files.exists(chunk)) {
                byte[] data = Files.readAllBytes(chunk);
                System.arraycopy(data, 0, joined, i * MIB, data.length);
                String told = Files.readString(chunks.resolve(chunk.getFileName() + checksum.extension));
                assertEquals(told, tool(checksum, chunk));
            }
        }
        assertArrayEquals(bytes, joined);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void keepAlivesTakeNumbersAndNoPlace(int keepAlive) throws Exception {
        byte[] bytes = disk(9 * MIB + 5 * 512);
        assertArrayEquals(
                bytes, read(Files.readAllBytes(write(bytes, Checksum.XXHASH, keepAlive)), bytes.length, false));
    }

    @Test
    void damageIsFound() throws Exception {
        byte[] bytes = disk(3 * MIB);
        byte[] xva = Files.readAllBytes(write(bytes, Checksum.XXHASH, 0));
        byte[] damaged = xva.clone();
        damaged[700] ^= 1;
        assertEquals(
                "IMPORT_ERROR_SOME_CHECKSUMS_FAILED",
                assertThrows(XapiFault.class, () -> read(damaged, bytes.length, false))
                        .code());
        bytes[700 - 512] ^= 1;
        assertArrayEquals(bytes, read(damaged, bytes.length, true));
        assertThrows(IOException.class, () -> read(Arrays.copyOf(xva, xva.length / 2), bytes.length, true));
        assertThrows(XapiFault.class, () -> read(xva, bytes.length + MIB, true));
    }

    /** Random bytes, with zeros in the middle and in the first and last MiB. */
    private static byte[] disk(int size) {
        byte[] bytes = new byte[size];
        new Random(3).nextBytes(bytes);
        if (size > 6 * MIB) {
            Arrays.fill(bytes, 2 * MIB, 5 * MIB, (byte) 0);
            Arrays.fill(bytes, 0, MIB, (byte) 0);
            Arrays.fill(bytes, size - MIB, size, (byte) 0);
        }
        return bytes;
    }

    private Path write(byte[] bytes, Checksum checksum, int keepAlive) throws IOException {
        Path raw = Files.write(folder.resolve("source"), bytes);
        Path xva = folder.resolve("xva");
        try (FileChannel channel = FileChannel.open(raw);
                OutputStream out = Files.newOutputStream(xva)) {
            List<Extent> data = List.of(new Extent(0, bytes.length, true, false));
            XvaDisks.write(out, "Ref:4", channel, bytes.length, data, checksum, keepAlive, done -> {});
            Tar.end(out);
        }
        return xva;
    }

    private byte[] read(byte[] xva, int size, boolean force) throws IOException {
        Path raw = Files.write(folder.resolve("target"), new byte[size]);
        try (FileChannel channel = FileChannel.open(raw, StandardOpenOption.WRITE)) {
            XvaDisks.read(new ByteArrayInputStream(xva), "Ref:4", channel, size, force, done -> {});
        }
        return Files.readAllBytes(raw);
    }

    private static String tool(Checksum checksum, Path file) throws Exception {
        String program = checksum == Checksum.SHA1 ? "sha1sum" : "xxh64sum";
        Process process = new ProcessBuilder(program, file.toString()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertEquals(0, process.waitFor());
        String digits = said.split(" ")[0];
        return checksum == Checksum.SHA1 ? digits : digits.toUpperCase(Locale.ROOT);
    }

    private static void run(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
