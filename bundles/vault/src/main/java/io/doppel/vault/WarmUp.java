package io.doppel.vault;

import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.trial.TrialRun;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Has Java compile what data goes through, before data waits for it. */
public final class WarmUp {
    private static final int ROUNDS = 8000;
    private static final int SMALL = 4 << 10;
    private static final int LARGE = 64 << 10;
    private static final int TLS_ROUNDS = 4000;
    private static final int TLS_RECORD = 16 << 10;

    private WarmUp() {}

    /**
     * The cipher alone, which is what needs it most: until it is compiled it runs at a hundredth of its speed. Takes about 0.4 s of one
     * core. Most records are small, because what counts is the number of calls, and some have a real record's size, because otherwise
     * the first of these would undo the compilation.
     */
    public static void cipher() {
        Gcm gcm = new Gcm();
        SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
        byte[] plain = new byte[LARGE];
        byte[] sealed = new byte[LARGE + Gcm.TAG];
        byte[] aad = new byte[43];
        for (int i = 0; i < ROUNDS; i++) {
            int length = i % 8 == 0 ? LARGE : SMALL + i % 512;
            byte[] nonce = Gcm.nonce(0, i);
            gcm.seal(key, nonce, aad, plain, 0, length, sealed, 0);
            gcm.open(key, nonce, aad, sealed, 0, length + Gcm.TAG, plain, 0);
        }
    }

    /**
     * The cipher, then everything between a disk and a storage, by storing some made-up data in memory and reading it again, then the
     * cipher as TLS uses it. Takes about 2.5 s of one core, and up to 30 MiB of memory while it runs.
     */
    public static void everything() {
        cipher();
        TrialRun.run();
        tlsRecords();
    }

    /**
     * Java's TLS gives records to the cipher as buffers and deciphers each in its place. That is other code than {@link #cipher()}
     * runs; cold, it keeps a disk that comes over TLS down to 75 to 400 MiB/s for its first 60 MiB.
     */
    private static void tlsRecords() {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
            ByteBuffer plain = ByteBuffer.allocate(TLS_RECORD);
            ByteBuffer record = ByteBuffer.allocate(TLS_RECORD + Gcm.TAG);
            for (int i = 0; i < TLS_ROUNDS; i++) {
                GCMParameterSpec nonce = new GCMParameterSpec(Gcm.TAG * 8, Gcm.nonce(0, i));
                cipher.init(Cipher.ENCRYPT_MODE, key, nonce);
                cipher.updateAAD(new byte[5]);
                cipher.doFinal(plain.clear().limit(i % 8 == 0 ? TLS_RECORD : 2048 + i % 512), record.clear());
                record.flip();
                cipher.init(Cipher.DECRYPT_MODE, key, nonce);
                cipher.updateAAD(new byte[5]);
                cipher.doFinal(record.duplicate(), record);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has AES/GCM", e);
        }
    }
}
