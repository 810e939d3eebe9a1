package io.doppel.storage.cifs.internal.smb;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Digests and derived keys. */
final class Hashes {
    static final int KEY = 16;

    private Hashes() {}

    static byte[] hmac(String algorithm, byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has " + algorithm, e);
        }
    }

    /** The next value of the hash over what was said so far, [MS-SMB2] 3.2.5.2. */
    static byte[] preauth(byte[] before, byte[] message) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-512");
            sha.update(before);
            return sha.digest(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has SHA-512", e);
        }
    }

    /** SP800-108 in counter mode with HMAC-SHA-256 for 128 bits, [MS-SMB2] 3.1.4.2; label without its final zero. */
    static byte[] derive(byte[] key, String label, byte[] context) {
        byte[] output =
                hmac("HmacSHA256", key, new byte[] {0, 0, 0, 1}, text(label), new byte[] {0}, context, new byte[] {
                    0, 0, 0, (byte) 128
                });
        return Arrays.copyOf(output, KEY);
    }

    /** ASCII with a final zero. */
    static byte[] text(String text) {
        byte[] bytes = new byte[text.length() + 1];
        for (int i = 0; i < text.length(); i++) {
            bytes[i] = (byte) text.charAt(i);
        }
        return bytes;
    }
}
