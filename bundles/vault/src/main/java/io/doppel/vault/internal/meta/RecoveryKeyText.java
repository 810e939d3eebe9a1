package io.doppel.vault.internal.meta;

import java.util.Arrays;
import java.util.Optional;

/** The recovery key as text (docs/vault-format.md §3): Crockford's base 32 with a checksum, in groups of six. */
final class RecoveryKeyText {
    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int KEY_DIGITS = 52;
    private static final int ALL_DIGITS = KEY_DIGITS + 2;
    private static final int GROUP = 6;

    private RecoveryKeyText() {}

    /** The text, in an array that the caller clears. */
    static char[] write(byte[] key) {
        int[] digits = digits(key);
        char[] text = new char[ALL_DIGITS + ALL_DIGITS / GROUP - 1];
        int at = 0;
        for (int i = 0; i < ALL_DIGITS; i++) {
            if (i > 0 && i % GROUP == 0) {
                text[at++] = '-';
            }
            text[at++] = DIGITS.charAt(digits[i]);
        }
        Arrays.fill(digits, 0);
        return text;
    }

    /** The key, in an array that the caller clears; empty if the text is no recovery key or was mistyped. */
    static Optional<byte[]> read(char[] text) {
        int[] digits = new int[ALL_DIGITS];
        byte[] key = new byte[MasterKey.LENGTH];
        boolean right = take(text, digits);
        if (right) {
            unpack(digits, key);
            int[] expected = digits(key);
            right = Arrays.equals(expected, digits);
            Arrays.fill(expected, 0);
        }
        Arrays.fill(digits, 0);
        if (!right) {
            Arrays.fill(key, (byte) 0);
            return Optional.empty();
        }
        return Optional.of(key);
    }

    private static boolean take(char[] text, int[] digits) {
        int n = 0;
        for (char c : text) {
            if (c == '-' || Character.isWhitespace(c)) {
                continue;
            }
            int digit = digit(c);
            if (digit < 0 || n == ALL_DIGITS) {
                return false;
            }
            digits[n++] = digit;
        }
        return n == ALL_DIGITS;
    }

    private static int digit(char c) {
        char upper = c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
        return switch (upper) {
            case 'I', 'L' -> 1;
            case 'O' -> 0;
            default -> DIGITS.indexOf(upper);
        };
    }

    private static int[] digits(byte[] key) {
        int[] digits = new int[ALL_DIGITS];
        for (int bit = 0; bit < key.length * 8; bit++) {
            int value = key[bit / 8] >> (7 - bit % 8) & 1;
            digits[bit / 5] |= value << (4 - bit % 5);
        }
        byte[] hash = Digests.sha256(key);
        int sum = (hash[0] & 0xff) << 2 | (hash[1] & 0xff) >> 6;
        digits[KEY_DIGITS] = sum >> 5;
        digits[KEY_DIGITS + 1] = sum & 31;
        return digits;
    }

    private static void unpack(int[] digits, byte[] key) {
        for (int bit = 0; bit < key.length * 8; bit++) {
            int value = digits[bit / 5] >> (4 - bit % 5) & 1;
            key[bit / 8] |= (byte) (value << (7 - bit % 8));
        }
    }
}
