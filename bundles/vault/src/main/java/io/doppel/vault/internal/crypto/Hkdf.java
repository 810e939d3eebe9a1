package io.doppel.vault.internal.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF-SHA-256 (RFC 5869) with one block of output. */
public final class Hkdf {
    private Hkdf() {}

    /**
     * Derives 32 bytes, in an array that the caller clears if it is secret.
     *
     * @param salt may be empty
     * @param info ASCII
     */
    public static byte[] derive(byte[] key, byte[] salt, String info) {
        byte[] prk = hmac(salt.length == 0 ? new byte[32] : salt, key);
        try {
            return expand(prk, info);
        } finally {
            Arrays.fill(prk, (byte) 0);
        }
    }

    private static byte[] expand(byte[] prk, String info) {
        byte[] text = info.getBytes(StandardCharsets.US_ASCII);
        byte[] block = new byte[text.length + 1];
        System.arraycopy(text, 0, block, 0, text.length);
        block[text.length] = 1;
        return hmac(prk, block);
    }

    /** HMAC-SHA-256. */
    public static byte[] hmac(byte[] key, byte[] data) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
