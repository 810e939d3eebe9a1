package io.doppel.vault.internal.index;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement of the index with few entries: that it finds what is there and nothing else, and how much memory an entry takes. */
class IndexScaleTest {
    /** 16 MiB for each TiB of chunks of 139 KiB. */
    private static final double BYTES_PER_ENTRY = 16.0 * (139 << 10) / (1 << 20);
    /** What does not grow with the index. */
    private static final long FIXED = 4 << 20;

    @TempDir
    Path temp;

    @Test
    void anEntryTakesLittleMemory() throws Exception {
        IndexScale.make(temp, 2_000_000, 200_000);
        IndexScale.Figures figures = IndexScale.ask(temp, 200_000, 2);
        long bytes = figures.filterBytes() + figures.heapBytes();
        assertTrue(bytes <= FIXED + BYTES_PER_ENTRY * figures.entries(), bytes + " bytes");
        assertTrue(figures.entries() >= 1_999_000, "entries: " + figures.entries());
    }

    @Test
    void itCanBeMadeAgain() throws Exception {
        IndexScale.rebuild(temp, 40_000);
    }
}
