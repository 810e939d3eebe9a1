package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Progress;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionDisk;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a target does to the bytes between writing and reading back is told, not taken for a good restore. */
class ReadBackTest {
    private static final int SIZE = (2 << 20) + 777;
    private static final int HOLE = 1 << 20;

    @TempDir
    Path state;

    private byte[] content;
    private Vault vault;
    private String version;

    @BeforeEach
    void backUp() throws DoppelException {
        content = Bytes.made(3, SIZE);
        Arrays.fill(content, HOLE, HOLE + (256 << 10), (byte) 0);
        content[0] = 1;
        content[4096] = 2;
        vault = Rig.create(new MemoryStorage(), state);
        version = Rig.backup(vault, new Bytes(content)).id();
    }

    @Test
    void aGoodTargetPassesAndProgressEndsWhole() throws DoppelException {
        AtomicReference<Progress> last = new AtomicReference<>();
        Bytes target = restore(c -> {}, new TransferMonitor() {
            @Override
            public CancelToken cancel() {
                return Rig.NEVER;
            }

            @Override
            public void progress(String diskKey, Progress progress) {
                last.set(progress);
            }

            @Override
            public void warning(String diskKey, String text) {}
        });
        assertArrayEquals(content, target.content);
        assertEquals(SIZE, last.get().done());
        assertTrue(last.get().skipped() > 256 << 10);
    }

    @Test
    void aFlippedBitIsTold() {
        assertTold(c -> c[4096] ^= 1);
        assertTold(c -> c[SIZE - 1] ^= 1);
    }

    @Test
    void aLostWriteIsTold() {
        assertTold(c -> Arrays.fill(c, 0, 4096, (byte) 0));
    }

    @Test
    void pagesThatChangedPlacesAreTold() {
        assertTold(c -> {
            byte[] first = Arrays.copyOf(c, 4096);
            System.arraycopy(c, 4096, c, 0, 4096);
            System.arraycopy(first, 0, c, 4096, 4096);
        });
    }

    @Test
    void aStrayByteInAHoleIsTold() {
        assertTold(c -> c[HOLE + 100_000] = 1);
    }

    private void assertTold(Consumer<byte[]> damage) {
        DoppelException e = assertThrows(DoppelException.class, () -> restore(damage, Rig.QUIET));
        assertEquals(MoverError.VERIFY, e.code());
        assertTrue(e.what().contains("'d'"), e.what());
    }

    private Bytes restore(Consumer<byte[]> damage, TransferMonitor monitor) throws DoppelException {
        Bytes target = new Bytes(new byte[SIZE]);
        try (VersionDisk disk = vault.openDisk(version, "d")) {
            Transfer transfer = new Transfer(monitor, 0);
            transfer.write("d", disk, target, Optional.of(() -> {
                damage.accept(target.content);
                return target;
            }));
            transfer.run();
        }
        return target;
    }
}
