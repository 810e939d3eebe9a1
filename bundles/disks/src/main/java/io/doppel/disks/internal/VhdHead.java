package io.doppel.disks.internal;

import io.doppel.disks.VhdParent;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The parts of a VHD around its blocks, as bytes.
 *
 * @param size bytes of the disk, a multiple of 512
 */
record VhdHead(long size, UUID id, Instant made, Optional<VhdParent> parent) {
    static final int BLOCK = 2 << 20;

    private static final int SECTOR = VhdHeader.SECTOR;
    private static final int VERSION = 0x10000;

    /** A bit that the specification wants set. */
    private static final int FEATURES = 2;

    /**
     * Who made it. Of the names that qemu knows as taking the disk's size from the footer and not from the rounded geometry,
     * this is the one without further meaning to blktap; under a name of our own qemu-img would lose the disk's last part.
     */
    private static final int CREATOR = 0x77696E20;

    private static final int CREATOR_VERSION = 0xA0000;
    private static final int WINDOWS = 0x5769326B;
    private static final long EPOCH = Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();

    private static final int LOCATORS_START = VhdFooter.LENGTH + VhdHeader.LENGTH;

    /** Bytes kept for each name of the parent: 255 characters of two bytes and a URL's prefix fit. */
    private static final int LOCATOR_SPACE = 2 * SECTOR;

    private record Locator(int code, byte[] name) {
        Locator(int code, String name, Charset charset) {
            this(code, name.getBytes(charset));
        }
    }

    long tableOffset() {
        return LOCATORS_START + (long) locators().length * LOCATOR_SPACE;
    }

    int entries() {
        return (int) ((size + BLOCK - 1) / BLOCK);
    }

    /** Bytes of the table, whole sectors. */
    int tableLength() {
        return (entries() * 4 + SECTOR - 1) / SECTOR * SECTOR;
    }

    byte[] footer() {
        ByteBuffer b = ByteBuffer.allocate(VhdFooter.LENGTH);
        b.putLong(VhdFooter.MAGIC).putInt(FEATURES).putInt(VERSION).putLong(VhdFooter.LENGTH);
        b.putInt(seconds(made)).putInt(CREATOR).putInt(CREATOR_VERSION).putInt(WINDOWS);
        b.putLong(size).putLong(size).putInt(geometry(size / SECTOR));
        b.putInt(parent.isPresent() ? VhdFooter.DIFFERENCING : VhdFooter.DYNAMIC);
        putId(b, 68, id);
        b.putInt(VhdFooter.CHECKSUM, VhdFooter.checksum(b, VhdFooter.CHECKSUM));
        return b.array();
    }

    byte[] header() {
        ByteBuffer b = ByteBuffer.allocate(VhdHeader.LENGTH);
        b.putLong(VhdHeader.MAGIC).putLong(-1).putLong(tableOffset());
        b.putInt(VERSION).putInt(entries()).putInt(BLOCK);
        if (parent.isPresent()) {
            VhdParent p = parent.get();
            putId(b, 40, p.id());
            b.putInt(56, seconds(p.modified()));
            b.put(VhdHeader.PARENT_NAME, p.name().getBytes(StandardCharsets.UTF_16BE));
            Locator[] locators = locators();
            for (int i = 0; i < locators.length; i++) {
                int at = VhdHeader.LOCATORS + i * VhdHeader.LOCATOR_LENGTH;
                // The space is meant to be in sectors, but Microsoft counts bytes, and readers take what is large for
                // bytes.
                b.putInt(at, locators[i].code).putInt(at + 4, LOCATOR_SPACE).putInt(at + 8, locators[i].name.length);
                b.putLong(at + 16, LOCATORS_START + (long) i * LOCATOR_SPACE);
            }
        }
        b.putInt(VhdHeader.CHECKSUM, VhdFooter.checksum(b, VhdHeader.CHECKSUM));
        return b.array();
    }

    /** What lies between header and table. */
    byte[] locatorArea() {
        Locator[] locators = locators();
        ByteBuffer b = ByteBuffer.allocate(locators.length * LOCATOR_SPACE);
        for (int i = 0; i < locators.length; i++) {
            b.put(i * LOCATOR_SPACE, locators[i].name);
        }
        return b.array();
    }

    private Locator[] locators() {
        return parent.map(p -> new Locator[] {
                    new Locator(VhdHeader.WINDOWS_RELATIVE, ".\\" + p.name(), StandardCharsets.UTF_16LE),
                    new Locator(VhdHeader.WINDOWS_ABSOLUTE, p.name(), StandardCharsets.UTF_16LE),
                    new Locator(VhdHeader.FILE_URL, "file://./" + p.name(), StandardCharsets.UTF_8)
                })
                .orElse(new Locator[0]);
    }

    private static void putId(ByteBuffer b, int at, UUID id) {
        b.putLong(at, id.getMostSignificantBits()).putLong(at + 8, id.getLeastSignificantBits());
    }

    private static int seconds(Instant time) {
        return (int) Math.max(0, Math.min(0xFFFFFFFFL, time.getEpochSecond() - EPOCH));
    }

    /** Cylinders, heads and sectors for a number of sectors, by the specification's appendix; rounds down. */
    private static int geometry(long sectors) {
        long total = Math.min(sectors, 65535L * 16 * 255);
        long perTrack = 255;
        long heads = 16;
        long tracks = total / perTrack;
        if (total < 65535L * 16 * 63) {
            perTrack = 17;
            tracks = total / perTrack;
            heads = Math.max(4, (tracks + 1023) / 1024);
            if (tracks >= heads * 1024 || heads > 16) {
                perTrack = 31;
                heads = 16;
                tracks = total / perTrack;
            }
            if (tracks >= heads * 1024) {
                perTrack = 63;
                tracks = total / perTrack;
            }
        }
        return (int) (tracks / heads << 16 | heads << 8 | perTrack);
    }
}
