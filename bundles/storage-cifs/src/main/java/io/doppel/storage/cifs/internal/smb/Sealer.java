package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts and decrypts messages, [MS-SMB2] 3.1.4.3; one object for each direction, used by one thread at a time. Nonces are counted, so
 * none comes twice under a key: keys live as long as a session, and each has one connection.
 */
abstract class Sealer {
    static final int AES_128_CCM = 1;
    static final int AES_128_GCM = 2;

    static final int TAG = 16;

    private static final int MAGIC = 0x424D53FD;
    private static final int TAG_AT = 4;
    private static final int NONCE_AT = 20;
    private static final int AAD_AT = 20;
    private static final int AAD = 32;

    final SecretKeySpec key;
    private final long session;
    private long counter;

    private Sealer(byte[] key, long session) {
        this.key = new SecretKeySpec(key, "AES");
        this.session = session;
    }

    static Sealer of(int algorithm, byte[] key, long session) {
        try {
            return algorithm == AES_128_GCM ? new Gcm(key, session) : new Ccm(key, session);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java can do this", e);
        }
    }

    static boolean isSealed(byte[] array, int from, int length) {
        return length > Frame.TRANSFORM && buffer(array).getInt(from) == MAGIC;
    }

    /**
     * Writes header and sealed message.
     *
     * @param output room for the message, the header and {@link #TAG} from {@code at} on
     * @return bytes written, without the room for the tag
     */
    final int seal(byte[] array, int from, int length, byte[] output, int at) {
        ByteBuffer header = buffer(output);
        Arrays.fill(output, at, at + Frame.TRANSFORM, (byte) 0);
        header.putInt(at, MAGIC)
                .putLong(at + NONCE_AT, ++counter)
                .putInt(at + 36, length)
                .putShort(at + 42, (short) 1)
                .putLong(at + 44, session);
        try {
            encrypt(output, at, array, from, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java can do this", e);
        }
        System.arraycopy(output, at + Frame.TRANSFORM + length, output, at + TAG_AT, TAG);
        return Frame.TRANSFORM + length;
    }

    /**
     * Opens what came.
     *
     * @param array header and message from {@code from} on, and room for {@link #TAG} behind
     * @return length of the message, which begins {@code output}
     */
    final int open(byte[] array, int from, int length, byte[] output) throws SmbException {
        ByteBuffer header = buffer(array);
        int size = length - Frame.TRANSFORM;
        if (header.getInt(from + 36) != size
                || header.getShort(from + 42) != 1
                || header.getLong(from + 44) != session) {
            throw SmbException.protocol("the header of an encrypted answer is wrong");
        }
        System.arraycopy(array, from + TAG_AT, array, from + length, TAG);
        try {
            decrypt(array, from, size, output);
            return size;
        } catch (GeneralSecurityException e) {
            throw SmbException.of(
                    SmbException.Kind.SIGNING, "An encrypted answer of the server was changed on its way");
        }
    }

    abstract void encrypt(byte[] output, int header, byte[] array, int from, int length)
            throws GeneralSecurityException;

    abstract void decrypt(byte[] array, int header, int length, byte[] output) throws GeneralSecurityException;

    private static ByteBuffer buffer(byte[] array) {
        return ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static final class Gcm extends Sealer {
        private static final int NONCE = 12;
        private final Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");

        Gcm(byte[] key, long session) throws GeneralSecurityException {
            super(key, session);
        }

        @Override
        void encrypt(byte[] output, int header, byte[] array, int from, int length) throws GeneralSecurityException {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG * 8, output, header + NONCE_AT, NONCE));
            cipher.updateAAD(output, header + AAD_AT, AAD);
            cipher.doFinal(array, from, length, output, header + Frame.TRANSFORM);
        }

        @Override
        void decrypt(byte[] array, int header, int length, byte[] output) throws GeneralSecurityException {
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG * 8, array, header + NONCE_AT, NONCE));
            cipher.updateAAD(array, header + AAD_AT, AAD);
            cipher.doFinal(array, header + Frame.TRANSFORM, length + TAG, output, 0);
        }
    }

    /** AES-CCM (RFC 3610) of the JDK's AES-CTR and AES-CBC; the JDK has no CCM. */
    private static final class Ccm extends Sealer {
        private static final int NONCE = 11;
        private static final int BLOCK = 16;
        private static final int PIECE = 8192;
        private static final byte MAC_FLAGS = 0x7B;
        private static final byte COUNTER_FLAGS = 3;
        private final Cipher counting = Cipher.getInstance("AES/CTR/NoPadding");
        private final Cipher chaining = Cipher.getInstance("AES/CBC/NoPadding");
        private final byte[] sink = new byte[PIECE];

        Ccm(byte[] key, long session) throws GeneralSecurityException {
            super(key, session);
        }

        @Override
        void encrypt(byte[] output, int header, byte[] array, int from, int length) throws GeneralSecurityException {
            byte[] tag = mac(output, header, array, from, length);
            startCounting(output, header, tag);
            counting.doFinal(array, from, length, output, header + Frame.TRANSFORM);
            System.arraycopy(tag, 0, output, header + Frame.TRANSFORM + length, TAG);
        }

        @Override
        void decrypt(byte[] array, int header, int length, byte[] output) throws GeneralSecurityException {
            byte[] expected = Arrays.copyOfRange(
                    array, header + Frame.TRANSFORM + length, header + Frame.TRANSFORM + length + TAG);
            startCounting(array, header, expected);
            counting.doFinal(array, header + Frame.TRANSFORM, length, output, 0);
            if (!MessageDigest.isEqual(expected, mac(array, header, output, 0, length))) {
                throw new GeneralSecurityException("tag");
            }
        }

        /** Begins the key stream and takes its first block for the tag. */
        private void startCounting(byte[] array, int header, byte[] tag) throws GeneralSecurityException {
            byte[] block = new byte[BLOCK];
            block[0] = COUNTER_FLAGS;
            System.arraycopy(array, header + NONCE_AT, block, 1, NONCE);
            counting.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(block));
            counting.update(tag, 0, TAG, tag);
        }

        private byte[] mac(byte[] headers, int header, byte[] array, int from, int length)
                throws GeneralSecurityException {
            ByteBuffer first = ByteBuffer.allocate(4 * BLOCK);
            first.put(MAC_FLAGS).put(headers, header + NONCE_AT, NONCE).putInt(length);
            first.putShort((short) AAD).put(headers, header + AAD_AT, AAD);
            chaining.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[BLOCK]));
            byte[] last = chaining.update(first.array());
            int whole = length / BLOCK * BLOCK;
            int at = last.length - BLOCK;
            for (int done = 0; done < whole; done += PIECE) {
                int piece = Math.min(PIECE, whole - done);
                chaining.update(array, from + done, piece, sink);
                last = sink;
                at = piece - BLOCK;
            }
            if (whole < length) {
                last = chaining.update(Arrays.copyOf(Arrays.copyOfRange(array, from + whole, from + length), BLOCK));
                at = 0;
            }
            return Arrays.copyOfRange(last, at, at + BLOCK);
        }
    }
}
