package io.doppel.storage.cifs.internal.smb;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-CMAC (RFC 4493) on the JDK's AES-CBC, which is compiled to the processor's own instructions. */
final class Cmac extends Signer {
    private static final int BLOCK = 16;
    private static final int PIECE = 8192;

    private final Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
    private final byte[] whole;
    private final byte[] padded;
    private final byte[] sink = new byte[PIECE];

    Cmac(byte[] key) throws GeneralSecurityException {
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[BLOCK]));
        whole = doubled(cipher.doFinal(new byte[BLOCK]));
        padded = doubled(whole);
    }

    @Override
    byte[] mac(byte[] array, int from, int length) throws GeneralSecurityException {
        int before = length == 0 ? 0 : (length - 1) / BLOCK * BLOCK;
        for (int done = 0; done < before; done += PIECE) {
            cipher.update(array, from + done, Math.min(PIECE, before - done), sink);
        }
        byte[] last = Arrays.copyOf(Arrays.copyOfRange(array, from + before, from + length), BLOCK);
        int rest = length - before;
        if (rest < BLOCK) {
            last[rest] = (byte) 0x80;
        }
        byte[] mask = rest < BLOCK ? padded : whole;
        for (int i = 0; i < BLOCK; i++) {
            last[i] ^= mask[i];
        }
        return cipher.doFinal(last);
    }

    private static byte[] doubled(byte[] value) {
        byte[] result = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            int carry = i + 1 < BLOCK ? (value[i + 1] & 0xFF) >>> 7 : 0;
            result[i] = (byte) (value[i] << 1 | carry);
        }
        if (value[0] < 0) {
            result[BLOCK - 1] ^= (byte) 0x87;
        }
        return result;
    }
}
