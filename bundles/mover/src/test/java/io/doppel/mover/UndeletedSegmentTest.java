package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Index segments that were merged and could not be deleted go later. */
class UndeletedSegmentTest {
    private static final int MERGED = 8;

    @TempDir
    Path state;

    private final MemoryStorage.Content content = new MemoryStorage.Content();

    private long segments() {
        return content.names().stream().filter(n -> n.startsWith("index/")).count();
    }

    private static void backup(Vault vault, int seed) throws Exception {
        Rig.backup(vault, new Bytes(Bytes.made(seed + 1, 50_000)));
        vault.awaitMerge();
    }

    /**
     * A vault whose segments were merged. Of the first deletion of one the storage says that it failed; the others of that merge are not tried
     * then.
     */
    private Vault mergedInVain() throws Exception {
        Vault vault = Rig.create(
                new FailpointStorage(new MemoryStorage(content, false))
                        .failAt(o -> o.kind() == Kind.DELETE && o.folder().equals("index"), When.BEFORE, Effect.FAIL),
                state);
        for (int i = 0; i < MERGED; i++) {
            backup(vault, i);
        }
        assertEquals(1 + MERGED, segments());
        return vault;
    }

    @Test
    void withTheNextPublication() throws Exception {
        try (Vault vault = mergedInVain()) {
            backup(vault, MERGED);
            assertEquals(2, segments());
        }
    }

    @Test
    void withTheNextOpeningAlsoAfterAnEndInPeace() throws Exception {
        mergedInVain().close();
        assertEquals(1 + MERGED, segments());
        try (Vault vault = Rig.open(new MemoryStorage(content, false), state)) {
            assertEquals(1, segments());
            assertTrue(vault.packBytes() > 0);
        }
    }
}
