package io.doppel.sim.xapi.disk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest that QEMU boots from a disk, and that writes to it while snapshots are taken. */
class GuestTest {
    private static final int MIB = 1024 * 1024;
    private static final int SIZE = 5 * MIB + 512;

    /**
     * Boot sector that counts for ever, and writes each number to the sector at 1 MiB: sets ds to 0 and the word at 0x7e00 to 0; then
     * increments that, and calls the BIOS to write a sector by the packet at 0x7c20.
     */
    private static final String PROGRAM = "31c0 8ed8 c706007e0000 be207c ff06007e b80043 cd13 ebf5";

    /** Size of the packet, one sector, from 0000:7e00, to sector 2048. */
    private static final String PACKET = "1000 0100 007e 0000 0008000000000000";

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void snapshotsOfARunningGuestHoldWhatItHadWritten() throws Exception {
        try (DiskStore store = new DiskStore(folder)) {
            store.create("disk", SIZE);
            store.enableTracking("disk");
            int before;
            int between;
            int after;
            try (LiveDisk disk = store.open("disk")) {
                writeBootSector(disk);
                Process guest = new ProcessBuilder(
                                "qemu-system-x86_64",
                                "-accel",
                                "tcg",
                                "-m",
                                "32",
                                "-nodefaults",
                                "-display",
                                "none",
                                "-drive",
                                "file=" + disk.path() + ",format=raw,if=ide")
                        .inheritIO()
                        .start();
                try {
                    before = awaitCount(guest, disk, 3);
                    store.snapshot("disk", "one");
                    between = count(disk.path());
                    after = awaitCount(guest, disk, between + 3);
                    store.snapshot("disk", "two");
                    awaitCount(guest, disk, after + 3);
                } finally {
                    guest.destroyForcibly().waitFor();
                }
            }
            int one = count(store, "one");
            int two = count(store, "two");
            assertTrue(before <= one && one <= between, before + " " + one + " " + between);
            assertTrue(after <= two, after + " " + two);
            byte[] bitmap = new byte[SIZE / (8 * 65536) + 1];
            bitmap[16 / 8] = (byte) 0x80;
            assertArrayEquals(bitmap, store.changedBlocks("one", "two"));
        }
    }

    private static void writeBootSector(LiveDisk disk) throws IOException {
        ByteBuffer sector = ByteBuffer.allocate(512);
        sector.put(HexFormat.of().parseHex(PROGRAM.replace(" ", "")));
        sector.position(0x20).put(HexFormat.of().parseHex(PACKET.replace(" ", "")));
        sector.position(510).putShort((short) 0x55aa).flip();
        try (FileChannel channel = FileChannel.open(disk.path(), StandardOpenOption.WRITE)) {
            assertEquals(512, channel.write(sector));
        }
    }

    private static int awaitCount(Process guest, LiveDisk disk, int least) throws Exception {
        int count;
        while ((count = count(disk.path())) < least) {
            assertTrue(guest.isAlive(), "the guest has ended");
            Thread.sleep(5);
        }
        return count;
    }

    private static int count(Path raw) throws IOException {
        ByteBuffer number = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(raw)) {
            channel.read(number, MIB);
        }
        return Short.toUnsignedInt(number.getShort(0));
    }

    private int count(DiskStore store, String disk) throws IOException {
        Path raw = folder.resolve(disk);
        store.export(disk, raw);
        int count = count(raw);
        Files.delete(raw);
        return count;
    }
}
