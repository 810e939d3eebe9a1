package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The header of a dynamic or differencing VHD.
 *
 * @param tableOffset where the block table is, a multiple of 8
 * @param entries entries of the block table, enough for the disk
 * @param blockSize bytes in a block, a power of two
 * @param parentId id of the parent; means nothing unless differencing
 * @param parentName the parent's name as written, may be empty
 * @param locators where further names of the parent are
 */
record VhdHeader(
        long tableOffset, long entries, long blockSize, UUID parentId, String parentName, List<Locator> locators) {
    static final long MAGIC = 0x6378737061727365L;
    static final int LENGTH = 1024;
    static final int CHECKSUM = 36;
    static final int PARENT_NAME = 64;
    static final int PARENT_NAME_LENGTH = 512;
    static final int LOCATORS = 576;
    static final int LOCATOR_LENGTH = 24;
    static final int LOCATOR_COUNT = 8;
    static final int WINDOWS_ABSOLUTE = 0x57326B75;
    static final int WINDOWS_RELATIVE = 0x57327275;
    static final int FILE_URL = 0x4D616358;
    static final int SECTOR = 512;

    private static final long LARGEST_BLOCK = 256L << 20;
    private static final int LONGEST_LOCATOR = 8 << 10;

    /**
     * A further name of the parent.
     *
     * @param offset where it is
     * @param length bytes, 1 to 8 KiB
     */
    record Locator(int code, long offset, int length) {
        String text(byte[] bytes) {
            return VhdHeader.text(
                    bytes, 0, length, code == FILE_URL ? StandardCharsets.UTF_8 : StandardCharsets.UTF_16LE);
        }

        private static Optional<Locator> at(ByteBuffer header, int at) {
            int code = header.getInt(at);
            int length = header.getInt(at + 8);
            boolean known = code == WINDOWS_ABSOLUTE || code == WINDOWS_RELATIVE || code == FILE_URL;
            return known && length > 0 && length <= LONGEST_LOCATOR
                    ? Optional.of(new Locator(code, header.getLong(at + 16), length))
                    : Optional.empty();
        }
    }

    /**
     * @param bytes the {@link #LENGTH} bytes
     * @param diskSize bytes of the disk
     * @param name of the image, for messages
     */
    static VhdHeader parse(byte[] bytes, long diskSize, String name) throws DoppelException {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        check(b.getLong(0) == MAGIC && VhdFooter.checksumMatches(b, CHECKSUM), name, "a damaged header");
        List<Locator> locators = new ArrayList<>();
        for (int i = 0; i < LOCATOR_COUNT; i++) {
            Locator.at(b, LOCATORS + i * LOCATOR_LENGTH).ifPresent(locators::add);
        }
        VhdHeader header = new VhdHeader(
                b.getLong(16),
                b.getInt(28) & 0xFFFFFFFFL,
                b.getInt(32) & 0xFFFFFFFFL,
                new UUID(b.getLong(40), b.getLong(48)),
                text(bytes, PARENT_NAME, PARENT_NAME_LENGTH, StandardCharsets.UTF_16BE),
                List.copyOf(locators));
        long block = header.blockSize;
        check(
                Long.bitCount(block) == 1
                        && block >= SECTOR
                        && block <= LARGEST_BLOCK
                        && header.tableOffset >= 0
                        && header.tableOffset % 8 == 0,
                name,
                "an impossible block size or table offset");
        check(header.entries >= (diskSize + block - 1) / block, name, "a table too short for its disk");
        return header;
    }

    /** Bytes of the bitmap before each block. */
    int bitmapSize() {
        return (int) ((blockSize / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR);
    }

    private static String text(byte[] bytes, int from, int length, Charset charset) {
        String text = new String(bytes, from, length, charset);
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }

    private static void check(boolean good, String name, String what) throws DoppelException {
        if (!good) {
            throw new DoppelException(DiskError.CORRUPT, name + " has " + what);
        }
    }
}
