package io.doppel.vault.internal.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256-GCM with counter nonces under keys that are used for one object only. One instance serves one thread. */
public final class Gcm {
    /** Bytes that encryption adds. */
    public static final int TAG = 16;

    /**
     * Bytes given to the cipher at once. The JDK compiles its fast GCM code only after many calls; in small pieces that happens
     * within about 30 MiB, with whole records only after 100 MiB and more, at a hundredth of the speed until then.
     */
    private static final int PIECE = 4096;

    private final Cipher cipher;

    /** Takes a cipher from the JDK. */
    public Gcm() {
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES/GCM", e);
        }
    }

    /** Nonce number {@code counter} of a domain. */
    public static byte[] nonce(int domain, long counter) {
        return ByteBuffer.allocate(12).putInt(domain).putLong(counter).array();
    }

    /**
     * Encrypts.
     *
     * @return bytes written to {@code out}: {@code length + TAG}
     */
    public int seal(
            SecretKeySpec key, byte[] nonce, byte[] aad, byte[] in, int from, int length, byte[] out, int outFrom) {
        try {
            return run(Cipher.ENCRYPT_MODE, key, nonce, aad, in, from, length, out, outFrom);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("encryption failed", e);
        }
    }

    /**
     * Decrypts and checks.
     *
     * @param length bytes of ciphertext with tag
     * @return bytes of plaintext, or −1 if the tag does not fit; {@code out} then holds nothing of use
     */
    public int open(
            SecretKeySpec key, byte[] nonce, byte[] aad, byte[] in, int from, int length, byte[] out, int outFrom) {
        if (length < TAG) {
            return -1;
        }
        try {
            return run(Cipher.DECRYPT_MODE, key, nonce, aad, in, from, length, out, outFrom);
        } catch (AEADBadTagException e) {
            Arrays.fill(out, outFrom, outFrom + length - TAG, (byte) 0);
            return -1;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("decryption failed", e);
        }
    }

    private int run(
            int mode,
            SecretKeySpec key,
            byte[] nonce,
            byte[] aad,
            byte[] in,
            int from,
            int length,
            byte[] out,
            int outFrom)
            throws GeneralSecurityException {
        cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
        cipher.updateAAD(aad);
        int done = 0;
        int pos = outFrom;
        if (mode == Cipher.ENCRYPT_MODE) {
            for (; length - done > PIECE; done += PIECE) {
                pos += cipher.update(in, from + done, PIECE, out, pos);
            }
        }
        pos += cipher.doFinal(in, from + done, length - done, out, pos);
        return pos - outFrom;
    }
}
