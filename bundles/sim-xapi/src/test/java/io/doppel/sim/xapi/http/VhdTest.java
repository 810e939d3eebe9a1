package io.doppel.sim.xapi.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VHDs that we write, read by qemu-img and libvhdi; VHDs that qemu-img writes, read by us. */
class VhdTest {
    private static final int MIB = 1024 * 1024;
    private static final String LIBVHDI = String.join(
            "\n",
            "import sys, pyvhdi",
            "parent, child, size = sys.argv[1], sys.argv[2], int(sys.argv[3])",
            "p = pyvhdi.file(); p.open(parent)",
            "c = pyvhdi.file(); c.open(child); c.set_parent(p)",
            "assert c.get_parent_identifier() == p.get_identifier()",
            "sys.stdout.buffer.write(c.read_buffer_at_offset(size, 0))");

    @TempDir
    private Path folder;

    private final Random random = new Random(11);

    @ParameterizedTest
    @ValueSource(ints = {2 * MIB, 7 * MIB + 512, 41 * MIB - 512})
    void aWholeDiskIsReadByQemu(int size) throws Exception {
        byte[] bytes = bytes(size);
        Path vhd = folder.resolve("disk.vhd");
        write(bytes, vhd, UUID.randomUUID(), null, filled(bytes));
        Path raw = folder.resolve("raw");
        run(
                "qemu-img",
                "convert",
                "--image-opts",
                "driver=vpc,force_size_calc=current_size,file.filename=" + vhd,
                "-O",
                "raw",
                raw.toString());
        assertArrayEquals(bytes, Files.readAllBytes(raw));
        assertArrayEquals(bytes, read(Files.readAllBytes(vhd), new byte[size]));
    }

    @Test
    void aDeltaIsReadOnItsParentByLibvhdi() throws Exception {
        int size = 9 * MIB + 3 * 512;
        byte[] before = bytes(size);
        UUID parent = UUID.randomUUID();
        Path base = folder.resolve("base.vhd");
        write(before, base, parent, null, filled(before));
        byte[] after = before.clone();
        BitSet changed = new BitSet();
        for (int offset : new int[] {100, 3 * MIB, size - 1}) {
            after[offset] ^= 1;
            changed.set(offset / Vhd.BLOCK);
        }
        Path delta = folder.resolve("delta.vhd");
        write(after, delta, UUID.randomUUID(), parent, changed);
        Path read = folder.resolve("read");
        Process python = new ProcessBuilder(
                        "/usr/bin/python3", "-c", LIBVHDI, base.toString(), delta.toString(), Integer.toString(size))
                .redirectOutput(read.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals(0, python.waitFor());
        assertArrayEquals(after, Files.readAllBytes(read));
        assertArrayEquals(after, read(Files.readAllBytes(delta), before.clone()));
    }

    @Test
    void vhdsOfQemuAreRead() throws Exception {
        int size = 6 * MIB;
        byte[] bytes = bytes(size);
        Path raw = Files.write(folder.resolve("raw"), bytes);
        Path vhd = folder.resolve("disk.vhd");
        run(
                "qemu-img",
                "convert",
                "-f",
                "raw",
                "-O",
                "vpc",
                "-o",
                "subformat=dynamic,force_size",
                raw.toString(),
                vhd.toString());
        assertArrayEquals(bytes, read(Files.readAllBytes(vhd), new byte[size]));
        byte[] larger = read(Files.readAllBytes(vhd), new byte[size + MIB]);
        assertArrayEquals(Arrays.copyOf(bytes, size + MIB), larger);
        assertThrows(IOException.class, () -> read(Files.readAllBytes(vhd), new byte[size - 512]));
    }

    @Test
    void aStreamThatEndsEarlyIsNoVhd() throws Exception {
        byte[] bytes = bytes(5 * MIB);
        Path vhd = folder.resolve("disk.vhd");
        write(bytes, vhd, UUID.randomUUID(), null, filled(bytes));
        byte[] whole = Files.readAllBytes(vhd);
        for (int length : new int[] {0, 511, 1000, 2100, 3 * MIB, whole.length - 512, whole.length - 1}) {
            assertThrows(EOFException.class, () -> read(Arrays.copyOf(whole, length), new byte[5 * MIB]));
        }
        byte[] damaged = whole.clone();
        damaged[600] ^= 1;
        assertThrows(IOException.class, () -> read(damaged, new byte[5 * MIB]));
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        Arrays.fill(bytes, size / 4, size / 2, (byte) 0);
        return bytes;
    }

    private static BitSet filled(byte[] bytes) {
        BitSet blocks = new BitSet();
        for (int i = 0; i < bytes.length; i++) {
            blocks.set(i / Vhd.BLOCK, blocks.get(i / Vhd.BLOCK) || bytes[i] != 0);
        }
        return blocks;
    }

    private void write(byte[] disk, Path vhd, UUID id, UUID parent, BitSet blocks) throws IOException {
        Path raw = Files.write(folder.resolve("source"), disk);
        try (FileChannel channel = FileChannel.open(raw);
                OutputStream out = Files.newOutputStream(vhd)) {
            VhdWriter.write(out, channel, disk.length, id, parent, blocks, done -> {});
        }
        assertEquals(VhdWriter.length(disk.length, blocks), Files.size(vhd));
    }

    private byte[] read(byte[] vhd, byte[] disk) throws IOException {
        Path raw = Files.write(folder.resolve("target"), disk);
        try (FileChannel channel = FileChannel.open(raw, StandardOpenOption.WRITE)) {
            VhdReader.copy(new ByteArrayInputStream(vhd), channel, disk.length);
        }
        return Files.readAllBytes(raw);
    }

    private static void run(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
