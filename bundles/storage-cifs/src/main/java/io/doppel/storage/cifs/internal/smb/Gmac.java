package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GMAC, [MS-SMB2] 3.1.4.1 and NIST SP 800-38D: AES-GCM with the message as associated data only; the nonce is the message's id and
 * direction.
 *
 * <p>The JDK gathers associated data, twice, before it looks at them, which for a message of 1 MiB costs more than encrypting it. So larger
 * messages are hashed as ciphertext, piece by piece: they are deciphered by AES-CTR and enciphered by AES-GCM again, which gives the same
 * bytes and a tag that differs from the wanted one only by the block of lengths, times the hash key.
 */
final class Gmac extends Signer {
    private static final int FLAG_RESPONSE = 1;
    private static final int NONCE = 12;
    private static final int BLOCK = 16;
    /** Stays in the processor's cache, twice. */
    private static final int PIECE = 16 << 10;

    private final Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
    private final Cipher ctr = Cipher.getInstance("AES/CTR/NoPadding");
    private final SecretKeySpec key;
    private final long hashHigh;
    private final long hashLow;
    private final byte[] plain = new byte[PIECE];
    private final byte[] sink = new byte[PIECE + BLOCK];

    Gmac(byte[] key) throws GeneralSecurityException {
        this.key = new SecretKeySpec(key, "AES");
        Cipher block = Cipher.getInstance("AES/ECB/NoPadding");
        block.init(Cipher.ENCRYPT_MODE, this.key);
        ByteBuffer hash = ByteBuffer.wrap(block.doFinal(new byte[BLOCK]));
        hashHigh = hash.getLong();
        hashLow = hash.getLong();
    }

    @Override
    byte[] mac(byte[] array, int from, int length) throws GeneralSecurityException {
        ByteBuffer message = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        byte[] nonce = ByteBuffer.allocate(NONCE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(message.getLong(from + 24))
                .putInt(message.getInt(from + 16) & FLAG_RESPONSE)
                .array();
        gcm.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(BLOCK * 8, nonce));
        if (length <= PIECE) {
            gcm.updateAAD(array, from, length);
            return gcm.doFinal();
        }
        return asCiphertext(nonce, array, from, length);
    }

    private byte[] asCiphertext(byte[] nonce, byte[] array, int from, int length) throws GeneralSecurityException {
        byte[] counter = Arrays.copyOf(nonce, BLOCK);
        counter[BLOCK - 1] = 2; // 1 is the tag's
        ctr.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(counter));
        for (int done = 0; done < length; done += PIECE) {
            int size = Math.min(PIECE, length - done);
            ctr.update(array, from + done, size, plain);
            gcm.update(plain, 0, size, sink);
        }
        int rest = gcm.doFinal(sink, 0);
        byte[] tag = Arrays.copyOfRange(sink, rest - BLOCK, rest);
        addLengths(tag, 8L * length);
        return tag;
    }

    /** From the lengths 0 and n of associated data and text, in bits, to n and 0: both halves of their block change by n. */
    private void addLengths(byte[] tag, long bits) {
        long high = 0;
        long low = 0;
        long factorHigh = hashHigh;
        long factorLow = hashLow;
        // the product of the block (n, n) and the hash key in GF(2^128), SP 800-38D 6.3; its first bit is the highest
        for (int i = 0; i < BLOCK * 8; i++) {
            if ((bits >>> 63 - i % 64 & 1) != 0) {
                high ^= factorHigh;
                low ^= factorLow;
            }
            long carry = factorLow & 1;
            factorLow = factorLow >>> 1 | factorHigh << 63;
            factorHigh = factorHigh >>> 1 ^ (carry == 0 ? 0 : 0xE1L << 56);
        }
        ByteBuffer sum = ByteBuffer.wrap(tag);
        sum.putLong(0, sum.getLong(0) ^ high).putLong(8, sum.getLong(8) ^ low);
    }
}
