package io.doppel.vault.internal.meta;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Hashes and randomness. */
final class Digests {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Digests() {}

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String hexSha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256(bytes));
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        randomize(bytes);
        return bytes;
    }

    /** Overwrites bytes. */
    static void randomize(byte[] bytes) {
        RANDOM.nextBytes(bytes);
    }

    static String randomHex(int digits) {
        return HexFormat.of().formatHex(random(digits / 2));
    }
}
