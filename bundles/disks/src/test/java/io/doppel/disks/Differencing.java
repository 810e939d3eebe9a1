package io.doppel.disks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;

/** Makes differencing images, which qemu-img cannot, from the formats' specifications. */
final class Differencing {
    private static final int SECTOR = 512;

    private final byte[] expected;
    private final int runUnit;
    private final Random random = new Random(6);

    private Differencing(byte[] expected, int runUnit) {
        this.expected = expected;
        this.runUnit = runUnit;
    }

    /**
     * A child that overlays random sectors of its blocks 0 and 2.
     *
     * @param content what the parent holds
     * @param runUnit the child's sectors come in runs of multiples of this
     * @return what the child holds
     */
    static byte[] make(String format, Path parent, Path child, byte[] content, int runUnit) throws Exception {
        Differencing made = new Differencing(content.clone(), runUnit);
        if (format.equals("vhd")) {
            made.vhd(parent, child, content.length);
        } else {
            made.vhdx(parent, child, content.length);
        }
        return made.expected;
    }

    private void vhd(Path parent, Path child, long size) throws IOException {
        byte[] parentFooter = new byte[SECTOR];
        System.arraycopy(Files.readAllBytes(parent), 0, parentFooter, 0, SECTOR);
        int blockSize = 2 << 20;
        int blocks = (int) ((size + blockSize - 1) / blockSize);
        int present = blocks >= 3 ? 2 : 1;
        ByteBuffer file =
                ByteBuffer.allocate(SECTOR + 1024 + SECTOR + SECTOR + present * (SECTOR + blockSize) + SECTOR);
        ByteBuffer footer = ByteBuffer.wrap(parentFooter.clone());
        footer.putInt(60, 4).putLong(68, random.nextLong()).putLong(76, random.nextLong());
        checksum(footer, 64);
        ByteBuffer header = ByteBuffer.allocate(1024);
        header.put(0, "cxsparse".getBytes(StandardCharsets.US_ASCII)).putLong(8, -1);
        header.putLong(16, SECTOR + 1024).putInt(24, 0x10000).putInt(28, blocks).putInt(32, blockSize);
        header.put(40, parentFooter, 68, 16);
        byte[] name = parent.getFileName().toString().getBytes(StandardCharsets.UTF_16BE);
        header.put(64, name);
        byte[] relative = (".\\" + parent.getFileName()).getBytes(StandardCharsets.UTF_16LE);
        header.putInt(576, 0x57327275).putInt(580, SECTOR).putInt(584, relative.length);
        header.putLong(592, SECTOR + 1024 + SECTOR);
        checksum(header, 36);
        file.put(0, footer.array()).put(SECTOR, header.array());
        file.put(SECTOR + 1024 + SECTOR, relative);
        int at = SECTOR + 1024 + SECTOR + SECTOR;
        for (int block = 0; block < blocks; block++) {
            boolean exists = block == 0 || block == 2;
            file.putInt(SECTOR + 1024 + block * 4, exists ? at / SECTOR : -1);
            if (exists) {
                overlay(file, at, at + SECTOR, blockSize / SECTOR, (long) block * blockSize, true);
                at += SECTOR + blockSize;
            }
        }
        file.put(at, footer.array());
        Files.write(child, file.array());
    }

    /** Sets random bits of a bitmap and fills every sector, so that a wrong bit shows. */
    private void overlay(ByteBuffer file, int bitmap, int data, int sectors, long offset, boolean highFirst) {
        boolean set = false;
        int left = 0;
        for (int i = 0; i < sectors; i++) {
            if (left-- == 0) {
                set = random.nextBoolean();
                left = (1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 5)) * runUnit - 1;
            }
            if (set) {
                int bit = highFirst ? 0x80 >> i % 8 : 1 << i % 8;
                file.put(bitmap + i / 8, (byte) (file.get(bitmap + i / 8) | bit));
            }
            byte[] content = new byte[SECTOR];
            random.nextBytes(content);
            file.put(data + i * SECTOR, content);
            long at = offset + (long) i * SECTOR;
            if (set && at < expected.length) {
                System.arraycopy(content, 0, expected, (int) at, SECTOR);
            }
        }
    }

    private static void checksum(ByteBuffer b, int field) {
        b.putInt(field, 0);
        int sum = 0;
        for (byte value : b.array()) {
            sum += value & 0xFF;
        }
        b.putInt(field, ~sum);
    }

    /** Turns an image that qemu made into a child: parent locator, two partial blocks, their bitmap. */
    private void vhdx(Path parent, Path child, long size) throws Exception {
        int blockSize = 1 << 20;
        Qemu.run("qemu-img", "create", "-f", "vhdx", "-o", "block_size=1M", child.toString(), Long.toString(size));
        VhdxBytes.Layout layout = VhdxBytes.layout(child);
        byte[] old = Files.readAllBytes(child);
        int end = (old.length + (1 << 20) - 1) >> 20 << 20;
        ByteBuffer file = ByteBuffer.allocate(end + (3 << 20)).order(ByteOrder.LITTLE_ENDIAN);
        file.put(0, old);
        UUID linkage = VhdxBytes.layout(parent).dataWriteGuid();
        VhdxBytes.addParent(file, layout, linkage, parent.getFileName().toString());
        int chunkRatio = (int) ((1L << 23) * SECTOR / blockSize);
        int bitmap = end;
        for (int entry = 0; entry <= size / blockSize; entry++) {
            file.putLong(layout.bat() + entry * 8, 0);
        }
        file.putLong(layout.bat() + chunkRatio * 8, bitmap | 6);
        int at = end + (1 << 20);
        for (int block : new int[] {0, 2}) {
            file.putLong(layout.bat() + block * 8, at | 7L);
            overlay(
                    file,
                    bitmap + block * (blockSize / SECTOR / 8),
                    at,
                    blockSize / SECTOR,
                    (long) block * blockSize,
                    false);
            at += blockSize;
        }
        Files.write(child, file.array());
    }
}
