package io.doppel.storage.cifs.internal.smb;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs messages, [MS-SMB2] 3.1.4.1; one object for each direction, used by one thread at a time. */
abstract class Signer {
    static final int HMAC_SHA256 = 0;
    static final int AES_CMAC = 1;
    static final int AES_GMAC = 2;

    private static final int AT = 48;
    private static final int SIZE = 16;

    static Signer of(int algorithm, byte[] key) {
        try {
            return switch (algorithm) {
                case AES_GMAC -> new Gmac(key);
                case AES_CMAC -> new Cmac(key);
                default -> new Hmac(key);
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java can do this", e);
        }
    }

    /** Puts the signature into a message whose signature is zero. */
    final void sign(byte[] array, int from, int length) {
        System.arraycopy(compute(array, from, length), 0, array, from + AT, SIZE);
    }

    /** Whether the message's signature is right; its place is zero afterwards. */
    final boolean verify(byte[] array, int from, int length) {
        byte[] found = java.util.Arrays.copyOfRange(array, from + AT, from + AT + SIZE);
        java.util.Arrays.fill(array, from + AT, from + AT + SIZE, (byte) 0);
        return MessageDigest.isEqual(found, java.util.Arrays.copyOf(compute(array, from, length), SIZE));
    }

    private byte[] compute(byte[] array, int from, int length) {
        try {
            return mac(array, from, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java can do this", e);
        }
    }

    /** At least 16 bytes. */
    abstract byte[] mac(byte[] array, int from, int length) throws GeneralSecurityException;

    private static final class Hmac extends Signer {
        private final Mac mac = Mac.getInstance("HmacSHA256");

        Hmac(byte[] key) throws GeneralSecurityException {
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        }

        @Override
        byte[] mac(byte[] array, int from, int length) {
            mac.update(array, from, length);
            return mac.doFinal();
        }
    }
}
