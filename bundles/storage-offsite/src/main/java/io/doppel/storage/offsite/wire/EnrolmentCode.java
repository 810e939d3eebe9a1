package io.doppel.storage.offsite.wire;

import io.doppel.api.tls.Fingerprint;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a module's admin hands over, docs/offsite-protocol.md §2: the module's fingerprint and the client's token. Secret;
 * {@link #toString()} tells nothing of the token.
 */
public final class EnrolmentCode {
    private static final String MARK = "dpo1";
    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int BITS = 5;
    private static final int CHECK = 4;
    private static final int PRINT = 32;
    private static final int GROUP = 8;

    private final Fingerprint module;
    private final byte[] token;

    /** @param token {@link Frame#TOKEN} bytes, which are copied */
    public EnrolmentCode(Fingerprint module, byte[] token) {
        if (token.length != Frame.TOKEN) {
            throw new IllegalArgumentException("A token has " + Frame.TOKEN + " bytes");
        }
        this.module = module;
        this.token = token.clone();
    }

    /** Whom to trust. */
    public Fingerprint module() {
        return module;
    }

    /** The secret, in a new array. */
    public byte[] token() {
        return token.clone();
    }

    /** What tells this token from others and is no secret: the first bytes of its hash in hex. */
    public String tokenId() {
        return HexFormat.of().formatHex(sha256(token), 0, GROUP);
    }

    /** The code as people hand it over; the caller clears the array. */
    public char[] text() {
        byte[] content = content();
        byte[] all = Arrays.copyOf(content, content.length + CHECK);
        System.arraycopy(sha256(content), 0, all, content.length, CHECK);
        StringBuilder text = new StringBuilder(MARK);
        for (int bit = 0; bit < all.length * 8; bit += BITS) {
            int two = (all[bit / 8] & 0xff) << 8 | (bit / 8 + 1 < all.length ? all[bit / 8 + 1] & 0xff : 0);
            if (bit / BITS % GROUP == 0) {
                text.append('-');
            }
            text.append(DIGITS.charAt(two >> 16 - BITS - bit % 8 & 31));
        }
        char[] chars = new char[text.length()];
        text.getChars(0, chars.length, chars, 0);
        return chars;
    }

    private byte[] content() {
        byte[] print = HexFormat.ofDelimiter(":").withUpperCase().parseHex(module.text());
        return ByteBuffer.allocate(PRINT + Frame.TOKEN).put(print).put(token).array();
    }

    /**
     * Reads a code as a person gave it.
     *
     * @throws IllegalArgumentException if it is none, or has a slip; the message has nothing of it
     */
    public static EnrolmentCode parse(char[] text) {
        byte[] all = new byte[PRINT + Frame.TOKEN + CHECK];
        int bits = 0;
        int held = 0;
        int done = 0;
        int at = 0;
        for (char c : text) {
            char lower = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
            if (lower == '-' || lower <= ' ') {
                continue;
            }
            if (at < MARK.length()) {
                require(lower == MARK.charAt(at++));
                continue;
            }
            int digit = DIGITS.indexOf(lower);
            require(digit >= 0);
            bits = bits << BITS | digit;
            held += BITS;
            if (held >= 8) {
                held -= 8;
                require(done < all.length);
                all[done++] = (byte) (bits >> held);
            }
        }
        require(done == all.length && held < BITS && (bits & (1 << held) - 1) == 0);
        byte[] content = Arrays.copyOf(all, PRINT + Frame.TOKEN);
        require(Arrays.equals(sha256(content), 0, CHECK, all, content.length, all.length));
        HexFormat pairs = HexFormat.ofDelimiter(":").withUpperCase();
        return new EnrolmentCode(
                new Fingerprint(pairs.formatHex(content, 0, PRINT)),
                Arrays.copyOfRange(content, PRINT, content.length));
    }

    private static void require(boolean right) {
        if (!right) {
            throw new IllegalArgumentException("This is no enrolment code, or it has a slip");
        }
    }

    /** SHA-256 of a token, by which the module knows it. */
    public static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "enrolment code of " + module;
    }
}
