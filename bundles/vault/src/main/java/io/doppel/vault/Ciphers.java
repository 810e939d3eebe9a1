package io.doppel.vault;

import io.doppel.vault.internal.crypto.Gcm;
import javax.crypto.spec.SecretKeySpec;

/** The vault's cipher, for those who care for its speed. */
public final class Ciphers {
    private static final int ROUNDS = 400;
    private static final int PIECE = 64 << 10;

    private Ciphers() {}

    /** Encrypts and decrypts about 25 MiB of nothing, so that the JDK compiles its cipher before data waits for it. */
    public static void warmUp() {
        Gcm gcm = new Gcm();
        SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
        byte[] plain = new byte[PIECE];
        byte[] sealed = new byte[PIECE + Gcm.TAG];
        byte[] aad = new byte[43];
        for (int i = 0; i < ROUNDS; i++) {
            byte[] nonce = Gcm.nonce(0, i);
            gcm.seal(key, nonce, aad, plain, 0, PIECE, sealed, 0);
            gcm.open(key, nonce, aad, sealed, 0, sealed.length, plain, 0);
        }
    }
}
