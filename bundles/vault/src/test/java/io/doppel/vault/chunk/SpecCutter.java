package io.doppel.vault.chunk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** docs/vault-format.md §4 word by word, on a whole segment in memory: the oracle for the streaming scanner. */
final class SpecCutter {
    private final byte[] key;
    private final byte[] segment;
    private final int pages;

    SpecCutter(byte[] key, byte[] segment) {
        this.key = key;
        this.segment = segment;
        this.pages = (segment.length + 4095) / 4096;
    }

    List<Entry> entries() {
        List<Entry> all = new ArrayList<>();
        int p = 0;
        while (p < pages) {
            int start = p;
            if (zero(p)) {
                while (p < pages && zero(p)) {
                    p++;
                }
                all.add(Entry.hole(start * 4096L, end(p) - start * 4096L));
            } else {
                do {
                    p++;
                } while (p < pages && !ends(p - start, p - 1));
                byte[] content = Arrays.copyOfRange(segment, start * 4096, (int) end(p));
                all.add(new Entry(start * 4096L, content.length, content));
            }
        }
        return all;
    }

    private boolean ends(int n, int lastPage) {
        if (n == 64) {
            return true;
        }
        if (n >= 8 && hash(lastPage) < (n < 36 ? (1L << 32) / 64 : (1L << 32) / 8)) {
            return true;
        }
        if (lastPage + 8 >= pages) {
            return false;
        }
        for (int i = 1; i <= 8; i++) {
            if (!zero(lastPage + i)) {
                return false;
            }
        }
        return true;
    }

    private long hash(int page) {
        CRC32C crc = new CRC32C();
        crc.update(segment, page * 4096, (int) (end(page + 1) - page * 4096L));
        long k1 = number(0, 4);
        long k2 = number(4, 8) | 1;
        return ((crc.getValue() ^ k1) * k2) >>> 32;
    }

    private long number(int from, int length) {
        long n = 0;
        for (int i = from; i < from + length; i++) {
            n = n << 8 | key[i] & 0xFF;
        }
        return n;
    }

    private boolean zero(int page) {
        for (int i = page * 4096; i < end(page + 1); i++) {
            if (segment[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private long end(int page) {
        return Math.min(segment.length, page * 4096L);
    }
}
