package io.doppel.vault.internal.pack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packs grow with the vault as docs/vault-format.md §6 says. */
class PackSizeTest {
    private static final long GIB = 1L << 30;

    @ParameterizedTest
    @CsvSource({"0, 64", "4095, 64", "4096, 128", "16383, 128", "16384, 256", "65535, 256", "65536, 512", "9000000, 512"
    })
    void ofChunks(long storedGib, long mib) {
        assertEquals(mib << 20, PackFormat.targetSize(ObjectKind.DATA, storedGib * GIB));
    }

    @Test
    void ofNodes() {
        assertEquals(8 << 20, PackFormat.targetSize(ObjectKind.NODE, 0));
        assertEquals(8 << 20, PackFormat.targetSize(ObjectKind.NODE, Long.MAX_VALUE));
    }
}
