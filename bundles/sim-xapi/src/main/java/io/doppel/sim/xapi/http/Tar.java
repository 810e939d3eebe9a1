package io.doppel.sim.xapi.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The little of the tar format that an XVA uses. */
final class Tar {
    private static final int BLOCK = 512;
    private static final int SIZE_AT = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int CHECKSUM_AT = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE_AT = 156;
    private static final int PREFIX_AT = 345;

    private Tar() {}

    record Entry(String name, long size) {
        long padding() {
            return (BLOCK - size % BLOCK) % BLOCK;
        }
    }

    static void write(OutputStream out, String name, byte[] data, int length) throws IOException {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000400\0" + "0000000\0" + "0000000\0");
        put(header, SIZE_AT, String.format("%011o", length));
        put(header, 136, "00000000000\0");
        put(header, TYPE_AT, "0");
        put(header, 257, "ustar\00000");
        put(header, CHECKSUM_AT, String.format("%06o\0 ", checksum(header)));
        out.write(header);
        out.write(data, 0, length);
        out.write(new byte[(int) new Entry(name, length).padding()]);
    }

    static void end(OutputStream out) throws IOException {
        out.write(new byte[2 * BLOCK]);
    }

    /** The next entry's header; its bytes and padding follow. Nothing at the archive's end. */
    static Optional<Entry> next(InputStream in) throws IOException {
        byte[] header = new byte[BLOCK];
        Io.readFully(in, header, BLOCK);
        if (Io.zeros(header, BLOCK)) {
            return Optional.empty();
        }
        if (octal(header, CHECKSUM_AT, CHECKSUM_LENGTH) != checksum(header)) {
            throw new IOException("not a tar archive");
        }
        String prefix = text(header, 257, 5).equals("ustar") ? text(header, PREFIX_AT, 155) : "";
        String name = text(header, 0, 100);
        return Optional.of(new Entry(prefix.isEmpty() ? name : prefix + "/" + name, size(header)));
    }

    private static long size(byte[] header) throws IOException {
        if (header[SIZE_AT] >= 0) {
            return octal(header, SIZE_AT, SIZE_LENGTH);
        }
        // GNU's form of sizes that octal digits cannot tell: eight bytes at the field's end.
        long size = 0;
        for (int i = SIZE_AT + 4; i < SIZE_AT + SIZE_LENGTH; i++) {
            size = size << 8 | header[i] & 0xFF;
        }
        return size;
    }

    private static long octal(byte[] header, int at, int length) throws IOException {
        String digits = text(header, at, length).strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("not a tar archive", e);
        }
    }

    private static String text(byte[] header, int at, int length) {
        int end = at;
        while (end < at + length && header[end] != 0) {
            end++;
        }
        return new String(header, at, end - at, StandardCharsets.UTF_8);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static int checksum(byte[] header) {
        byte[] blank = header.clone();
        Arrays.fill(blank, CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_LENGTH, (byte) ' ');
        int sum = 0;
        for (byte b : blank) {
            sum += b & 0xFF;
        }
        return sum;
    }
}
