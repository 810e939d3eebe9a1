package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Signs messages, [MS-SMB2] 3.1.4.1; one object for each direction, used by one thread at a time. */
abstract class Signer {
    static final int HMAC_SHA256 = 0;
    static final int AES_CMAC = 1;
    static final int AES_GMAC = 2;

    private static final int FLAG_RESPONSE = 1;
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

    /** AES-GCM with the message as associated data only; the nonce is the message's id and direction. */
    private static final class Gmac extends Signer {
        private final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        private final SecretKeySpec key;

        Gmac(byte[] key) throws GeneralSecurityException {
            this.key = new SecretKeySpec(key, "AES");
        }

        @Override
        byte[] mac(byte[] array, int from, int length) throws GeneralSecurityException {
            ByteBuffer message = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
            byte[] nonce = ByteBuffer.allocate(12)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(message.getLong(from + 24))
                    .putInt(message.getInt(from + 16) & FLAG_RESPONSE)
                    .array();
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, nonce));
            cipher.updateAAD(array, from, length);
            return cipher.doFinal();
        }
    }
}
