package io.doppel.storage.cifs.internal.smb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** The known answers of the standards. */
class DigestsTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void md4OfRfc1320() {
        assertEquals("31d6cfe0d16ae931b73c59d7e0c089c0", md4(""));
        assertEquals("a448017aaf21d8525fc10ae87aa6729d", md4("abc"));
        assertEquals("d79e1c308aa5bbcdeea8ed63df412da9", md4("abcdefghijklmnopqrstuvwxyz"));
        assertEquals(
                "e33b4ddc9c38f2199c3e7b164fcc0536",
                md4("12345678901234567890123456789012345678901234567890123456789012345678901234567890"));
    }

    private static String md4(String text) {
        return HEX.formatHex(Md4.of(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void cmacOfRfc4493() throws Exception {
        Cmac cmac = new Cmac(HEX.parseHex("2b7e151628aed2a6abf7158809cf4f3c"));
        byte[] message = HEX.parseHex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
                + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        assertEquals("bb1d6929e95937287fa37d129b756746", HEX.formatHex(cmac.mac(message, 0, 0)));
        assertEquals("070a16b46b4d4144f79bdd9dd04a287c", HEX.formatHex(cmac.mac(message, 0, 16)));
        assertEquals("dfa66747de9ae63030ca32611497c827", HEX.formatHex(cmac.mac(message, 0, 40)));
        assertEquals("51f0bebf7e3b9d92fc49741779363cfe", HEX.formatHex(cmac.mac(message, 0, 64)));
    }

    /** Against the JDK's own, which takes all of a message as associated data. */
    @Test
    void gmacOfMessagesOfAllSizes() throws Exception {
        Random random = new Random(5);
        for (int size :
                new int[] {64, 65, 16383, 16384, 16385, 16399, 16400, 32768, 32769, 100_001, 1 << 20, (1 << 20) + 80}) {
            byte[] key = new byte[16];
            random.nextBytes(key);
            byte[] message = new byte[3 + size];
            random.nextBytes(message);
            message[3 + 16] |= 1;
            byte[] nonce = new byte[12];
            System.arraycopy(message, 3 + 24, nonce, 0, 8);
            nonce[8] = 1;
            Cipher whole = Cipher.getInstance("AES/GCM/NoPadding");
            whole.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            whole.updateAAD(message, 3, size);
            assertArrayEquals(whole.doFinal(), new Gmac(key).mac(message, 3, size), () -> size + " bytes");
        }
    }

    @Test
    void sealedMessagesOpenAndChangedOnesDoNot() throws Exception {
        byte[] key = HEX.parseHex("000102030405060708090a0b0c0d0e0f");
        for (int cipher : new int[] {Sealer.AES_128_CCM, Sealer.AES_128_GCM}) {
            for (int size : new int[] {1, 15, 16, 17, 8192, 8193, 100_000}) {
                byte[] message = new byte[size];
                Arrays.fill(message, (byte) size);
                byte[] sealed = new byte[Frame.TRANSFORM + size + Sealer.TAG];
                int length = Sealer.of(cipher, key, 7).seal(message, 0, size, sealed, 0);
                byte[] opened = new byte[size];
                assertEquals(size, Sealer.of(cipher, key, 7).open(sealed.clone(), 0, length, opened));
                assertArrayEquals(message, opened);
                for (int at : new int[] {4, 20, 52, length - 1}) {
                    byte[] changed = sealed.clone();
                    changed[at] ^= 1;
                    assertThrows(
                            SmbException.class,
                            () -> Sealer.of(cipher, key, 7).open(changed, 0, length, new byte[size]),
                            () -> "changed at " + at);
                }
            }
        }
    }
}
