package io.doppel.storage.cifs.internal;

import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Has Java compile the cipher that signs and encrypts, before data waits for it: until then it runs at a hundredth of its speed, and one call
 * for a whole message of 1 MiB counts as one call only, so that real work would not get it compiled for some hundred MiB.
 */
final class WarmUp {
    private static final int ROUNDS = 8000;
    private static final int SMALL = 4 << 10;
    private static final int LARGE = 64 << 10;
    private static final int TAG = 16;
    private static final AtomicBoolean DONE = new AtomicBoolean();

    private WarmUp() {}

    /** Takes about half a second of one core when it is called first, and a tenth of that where the cipher is in use already. */
    static void cipher() {
        if (DONE.getAndSet(true)) {
            return;
        }
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            Cipher counter = Cipher.getInstance("AES/CTR/NoPadding");
            SecretKeySpec key = new SecretKeySpec(new byte[16], "AES");
            counter.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(new byte[TAG]));
            byte[] plain = new byte[LARGE];
            byte[] sealed = new byte[LARGE + TAG];
            for (int i = 0; i < ROUNDS; i++) {
                int length = i % 8 == 0 ? LARGE : SMALL + i % 512;
                GCMParameterSpec nonce = new GCMParameterSpec(TAG * 8, nonce(i));
                cipher.init(Cipher.ENCRYPT_MODE, key, nonce);
                cipher.updateAAD(plain, 0, length);
                cipher.doFinal(plain, 0, length, sealed, 0);
                cipher.init(Cipher.DECRYPT_MODE, key, nonce);
                cipher.updateAAD(plain, 0, length);
                cipher.doFinal(sealed, 0, length + TAG, plain, 0);
                counter.update(sealed, 0, length, plain);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has AES/GCM", e);
        }
    }

    private static byte[] nonce(int number) {
        byte[] nonce = new byte[12];
        nonce[0] = (byte) (number >> 16);
        nonce[1] = (byte) (number >> 8);
        nonce[2] = (byte) number;
        return nonce;
    }
}
