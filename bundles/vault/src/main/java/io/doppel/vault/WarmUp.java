package io.doppel.vault;

import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.trial.TrialRun;
import javax.crypto.spec.SecretKeySpec;

/** Has Java compile what data goes through, before data waits for it. */
public final class WarmUp {
    private static final int ROUNDS = 8000;
    private static final int SMALL = 4 << 10;
    private static final int LARGE = 64 << 10;

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
     * The cipher, then everything between a disk and a storage, by storing some made-up data in memory and reading it again. Takes
     * about 2 s of one core, and up to 30 MiB of memory while it runs.
     */
    public static void everything() {
        cipher();
        TrialRun.run();
    }
}
