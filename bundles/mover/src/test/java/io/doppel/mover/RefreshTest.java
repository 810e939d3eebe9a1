package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that only reads follows one that writes. */
class RefreshTest {
    @TempDir
    Path state;

    @TempDir
    Path readersState;

    @Test
    void aVersionIsSeenOnlyOnceItCanBeRead() throws Exception {
        MemoryStorage.Content content = new MemoryStorage.Content();
        byte[] first = Bytes.made(1, 1_000_000);
        byte[] second = Bytes.made(2, 1_000_000);
        try (Vault owner = Rig.create(new MemoryStorage(content, false), state)) {
            String before = Rig.backup(owner, new Bytes(first)).id();
            FailpointStorage troubled = new FailpointStorage(new MemoryStorage(content, false));
            try (Vault reader =
                    Vault.open(troubled, readersState, Rig.OWNER, VaultAccess.READ_ONLY, owner.recoveryKey())) {
                assertEquals(List.of(before), reader.versionIds());
                String after = Rig.backup(owner, new Bytes(second)).id();
                troubled.failAt(o -> o.name().startsWith("index/"), When.BEFORE, Effect.ERROR);
                assertThrows(InternalError.class, reader::refresh);
                assertTrue(troubled.struck().isPresent());
                assertEquals(List.of(before), reader.versionIds());
                reader.refresh();
                assertEquals(List.of(before, after), reader.versionIds());
                assertArrayEquals(second, Rig.restore(reader, after));
            }
        }
    }
}
