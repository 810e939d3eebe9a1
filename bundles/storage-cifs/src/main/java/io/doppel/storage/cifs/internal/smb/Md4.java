package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** MD4 (RFC 1320). NTLM takes it of the password, and the JDK does not offer it. */
final class Md4 {
    private static final int BLOCK = 64;
    private static final int[][] SHIFTS = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    private static final int[] CONSTANTS = {0, 0x5a827999, 0x6ed9eba1};
    private static final int[][] ORDERS = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
        {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}
    };

    private Md4() {}

    static byte[] of(byte[] message) {
        int padded = (message.length + 8) / BLOCK * BLOCK + BLOCK;
        byte[] all = Arrays.copyOf(message, padded);
        all[message.length] = (byte) 0x80;
        ByteBuffer data = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
        data.putLong(padded - 8, (long) message.length * 8);
        int[] state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
        int[] words = new int[16];
        while (data.hasRemaining()) {
            for (int i = 0; i < words.length; i++) {
                words[i] = data.getInt();
            }
            block(state, words);
        }
        Arrays.fill(all, (byte) 0);
        ByteBuffer digest = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : state) {
            digest.putInt(word);
        }
        return digest.array();
    }

    private static void block(int[] state, int[] words) {
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 16; i++) {
                int mixed = a + mix(round, b, c, d) + words[ORDERS[round][i]] + CONSTANTS[round];
                a = d;
                d = c;
                c = b;
                b = Integer.rotateLeft(mixed, SHIFTS[round][i % 4]);
            }
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    private static int mix(int round, int x, int y, int z) {
        return switch (round) {
            case 0 -> x & y | ~x & z;
            case 1 -> x & y | x & z | y & z;
            default -> x ^ y ^ z;
        };
    }
}
