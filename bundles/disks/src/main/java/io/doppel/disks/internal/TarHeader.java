package io.doppel.disks.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The head of a file in a tar archive, as far as XVA uses tar: files with short names and of moderate size.
 *
 * @param name up to 100 bytes of UTF-8
 * @param size bytes, less than 8 GiB
 * @param type {@code '0'} a file, {@code '5'} a folder, others as the standard says
 */
record TarHeader(String name, long size, char type) {
    static final int LENGTH = 512;
    static final int LONGEST_NAME = 100;

    private static final int MODE = 100;
    private static final int OWNER = 108;
    private static final int GROUP = 116;
    private static final int SIZE = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int TIME = 136;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;

    static TarHeader file(String name, long size) {
        return new TarHeader(name, size, '0');
    }

    boolean isFile() {
        return type == '0';
    }

    /** Bytes of zeros behind the content. */
    int padding() {
        return (int) (-size & LENGTH - 1);
    }

    /** Bytes that head, content and padding take. */
    long stored() {
        return LENGTH + size + padding();
    }

    byte[] bytes() {
        byte[] b = new byte[LENGTH];
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(nameBytes, 0, b, 0, nameBytes.length);
        octal(b, MODE, 7, 0400);
        octal(b, OWNER, 7, 0);
        octal(b, GROUP, 7, 0);
        octal(b, SIZE, SIZE_LENGTH - 1, size);
        octal(b, TIME, 11, 0);
        b[TYPE] = (byte) type;
        byte[] magic = "ustar\00000".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(magic, 0, b, MAGIC, magic.length);
        octal(b, CHECKSUM, 6, checksum(b));
        b[CHECKSUM + 7] = ' ';
        return b;
    }

    /** Right-aligned with leading zeros; the NUL behind is there already. */
    private static void octal(byte[] b, int at, int digits, long value) {
        long rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            b[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
    }

    /** Sum of all bytes with blanks for the checksum itself. */
    private static int checksum(byte[] b) {
        int sum = ' ' * CHECKSUM_LENGTH;
        for (int i = 0; i < LENGTH; i++) {
            if (i < CHECKSUM || i >= CHECKSUM + CHECKSUM_LENGTH) {
                sum += b[i] & 0xFF;
            }
        }
        return sum;
    }

    /** What the bytes say; empty if they are no head with a good checksum. */
    static Optional<TarHeader> parse(byte[] b) {
        Optional<Long> expected = number(b, CHECKSUM, CHECKSUM_LENGTH);
        Optional<Long> size = number(b, SIZE, SIZE_LENGTH);
        if (expected.isEmpty() || expected.get() != checksum(b) || size.isEmpty()) {
            return Optional.empty();
        }
        boolean standard = "ustar".equals(text(b, MAGIC, 5));
        // GNU tar, whose magic goes on with a blank, has other things where the standard has the name's first part.
        String prefix = standard && b[MAGIC + 5] == 0 ? text(b, PREFIX, PREFIX_LENGTH) : "";
        String name = text(b, 0, LONGEST_NAME);
        char type = b[TYPE] == 0 ? '0' : (char) (b[TYPE] & 0xFF);
        return Optional.of(new TarHeader(prefix.isEmpty() ? name : prefix + "/" + name, size.get(), type));
    }

    /** Octal digits, blanks around them and NULs behind them. */
    private static Optional<Long> number(byte[] b, int at, int length) {
        String text = text(b, at, length).strip();
        boolean good = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '7');
        return good ? Optional.of(Long.parseLong(text, 8)) : Optional.empty();
    }

    private static String text(byte[] b, int at, int length) {
        int end = at;
        while (end < at + length && b[end] != 0) {
            end++;
        }
        return new String(Arrays.copyOfRange(b, at, end), StandardCharsets.UTF_8);
    }
}
