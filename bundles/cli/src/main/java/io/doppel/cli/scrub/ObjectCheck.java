package io.doppel.cli.scrub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Checks objects as far as that can be done without keys. Of a pack that is each of its bytes; of an index segment its frame; of the
 * others only the form. Used by one thread; holds 1 MiB, and of the pack at hand the table of checksums.
 */
final class ObjectCheck {
    private static final int BLOCK = 64 << 10;
    private static final int HEADER = 64;
    private static final int TRAILER = 40;
    private static final int TAG = 16;
    private static final int SEALED_HEADER = 56;
    private static final int MOST_TEXT = 1 << 20;
    /** More is no pack: its table would not fit into memory, and nobody writes such. */
    private static final long MOST_PACK = 64L << 30;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * BLOCK);
    private final Meter meter;

    /** Told of bytes that were read. */
    @FunctionalInterface
    interface Meter {
        /** May wait, to keep to a rate. */
        void read(int bytes);
    }

    ObjectCheck(Meter meter) {
        this.meter = meter;
    }

    /**
     * What is wrong with the object; empty if nothing that can be seen is.
     *
     * @throws IOException if it cannot be read, which is no statement about it
     */
    Optional<String> check(ObjectForm form, String name, Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return Optional.ofNullable(
                    switch (form) {
                        case DATA_PACK, TREE_PACK -> pack(in, form, name);
                        case SEGMENT -> segment(in, form.saltIn(name));
                        case TEXT -> text(in);
                        case RESERVE, UNKNOWN -> null;
                        default -> sealed(in, form.code());
                    });
        }
    }

    private String pack(FileChannel in, ObjectForm form, String name) throws IOException {
        long size = in.size();
        if (size < HEADER + TAG + Integer.BYTES + TRAILER) {
            return "it is cut short: it has " + size + " bytes";
        }
        ByteBuffer trailer = read(in, size - TRAILER, TRAILER);
        if (trailer.getLong(32) != magic("DPLPEND1")) {
            return "its end is not that of a pack: it is cut short or overwritten";
        }
        if (trailer.getInt(28) != crc(trailer, 0, 28)) {
            return "its trailer has a wrong checksum";
        }
        long footer = trailer.getLong(0);
        long table = trailer.getLong(16);
        if (footer < HEADER || table - footer != trailer.getInt(8) || table <= 0 || table >= size || size > MOST_PACK) {
            return "its trailer does not fit its size";
        }
        long blocks = (table + BLOCK - 1) / BLOCK;
        if (size - TRAILER - table != blocks * Integer.BYTES) {
            return "its table of checksums does not fit its size";
        }
        int tableCrc = trailer.getInt(24);
        ByteBuffer crcs = ByteBuffer.allocate((int) (blocks * Integer.BYTES));
        fill(in, table, crcs);
        if (crc(crcs, 0, crcs.capacity()) != tableCrc) {
            return "its table of checksums has a wrong checksum";
        }
        String header = packHeader(read(in, 0, HEADER), form, name);
        return header != null ? header : blocks(in, table, crcs);
    }

    private static String packHeader(ByteBuffer header, ObjectForm form, String name) {
        boolean right = header.getLong(0) == magic("DPLPACK1")
                && header.get(8) == form.code()
                && isZero(header, 9, 12)
                && isZero(header, 48, 64);
        if (!right) {
            return "its header is not that of such a pack";
        }
        return salt(header).equals(form.saltIn(name)) ? null : "it is the pack '" + salt(header) + "'";
    }

    private String blocks(FileChannel in, long end, ByteBuffer crcs) throws IOException {
        for (long at = 0; at < end; ) {
            ByteBuffer piece = read(in, at, (int) Math.min(buffer.capacity(), end - at));
            int length = piece.limit();
            for (int from = 0; from < length; from += BLOCK) {
                int n = Math.min(BLOCK, length - from);
                int block = (int) ((at + from) / BLOCK);
                if (crc(piece, from, n) != crcs.getInt(block * Integer.BYTES)) {
                    // bytes that came wrong once do not count if they are right the next time
                    ByteBuffer again = ByteBuffer.allocate(n);
                    fill(in, at + from, again);
                    if (crc(again, 0, n) != crcs.getInt(block * Integer.BYTES)) {
                        return "bytes " + (at + from) + " to " + (at + from + n) + " have a wrong checksum";
                    }
                }
            }
            at += length;
        }
        return null;
    }

    private String segment(FileChannel in, String name) throws IOException {
        long size = in.size();
        if (size < HEADER + TAG + TRAILER) {
            return "it is cut short: it has " + size + " bytes";
        }
        ByteBuffer trailer = read(in, size - TRAILER, TRAILER);
        if (trailer.getLong(32) != magic("DPLIEND1")) {
            return "its end is not that of an index segment: it is cut short or overwritten";
        }
        if (trailer.getInt(28) != crc(trailer, 0, 28)) {
            return "its trailer has a wrong checksum";
        }
        if (trailer.getLong(0) + (trailer.getInt(8) & 0xFFFF_FFFFL) != size - TRAILER) {
            return "its trailer does not fit its size";
        }
        ByteBuffer header = read(in, 0, HEADER);
        if (header.getLong(0) != magic("DPLIDX01") || !isZero(header, 8, 12) || !isZero(header, 48, 64)) {
            return "its header is not that of an index segment";
        }
        return salt(header).equals(name) ? null : "it is the index segment '" + salt(header) + "'";
    }

    private String sealed(FileChannel in, int kind) throws IOException {
        if (in.size() < SEALED_HEADER + TAG) {
            return "it is cut short: it has " + in.size() + " bytes";
        }
        ByteBuffer header = read(in, 0, SEALED_HEADER);
        boolean right = header.getInt(0) == 0x44504C4F
                && header.get(4) == 1
                && header.get(5) == kind
                && header.get(6) >= 0
                && header.get(6) <= 2
                && header.get(7) == 0
                && isZero(header, 48, SEALED_HEADER);
        return right ? null : "its header is not that of such an object";
    }

    private String text(FileChannel in) throws IOException {
        if (in.size() > MOST_TEXT) {
            return "it is too long";
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) in.size());
        fill(in, 0, bytes);
        String text = new String(bytes.array(), StandardCharsets.UTF_8);
        return text.matches("\\{[^\\n]*\\}\\n[0-9a-f]{64}\\n") ? null : "it is not a line of JSON and a signature";
    }

    private ByteBuffer read(FileChannel in, long at, int length) throws IOException {
        buffer.clear().limit(length);
        fill(in, at, buffer);
        return buffer;
    }

    private void fill(FileChannel in, long at, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            int n = in.read(into, at + into.position());
            if (n < 0) {
                throw new IOException("it shrank while it was read");
            }
            meter.read(n);
        }
        into.flip();
    }

    private static int crc(ByteBuffer bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(from).limit(from + length));
        return (int) crc.getValue();
    }

    private static String salt(ByteBuffer header) {
        byte[] salt = new byte[16];
        header.get(16, salt);
        return HexFormat.of().formatHex(salt);
    }

    private static boolean isZero(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static long magic(String letters) {
        return ByteBuffer.wrap(letters.getBytes(StandardCharsets.US_ASCII)).getLong();
    }
}
