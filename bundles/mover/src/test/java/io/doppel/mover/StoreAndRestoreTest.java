package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks of all sizes go in and come out bit by bit, whatever way they went in. */
class StoreAndRestoreTest {
    @TempDir
    Path state;

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 4096, 4097, 4 << 20, (4 << 20) + 1, (64 << 20) + 12_345})
    void comesOutAsItWentIn(int size) throws Exception {
        byte[] content = Bytes.made(size, size);
        MemoryStorage storage = new MemoryStorage();
        String version;
        try (Vault vault = Rig.create(storage, state)) {
            version = Rig.backup(vault, new Bytes(content)).id();
        }
        try (Vault vault = Rig.open(storage, state)) {
            assertArrayEquals(content, Rig.restore(vault, version));
            assertTrue(vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
        }
    }

    @Test
    void anEmptyAndAnAllZeroDiskNeedNoRoot() throws Exception {
        try (Vault vault = Rig.create(new MemoryStorage(), state)) {
            for (int size : new int[] {0, 5_000_000}) {
                VersionManifest v = Rig.backup(vault, new Bytes(new byte[size]));
                assertEquals(null, v.disks().get(0).root());
                assertArrayEquals(new byte[size], Rig.restore(vault, v.id()));
            }
        }
    }

    @Test
    void randomReadsGiveTheSameBytes() throws Exception {
        byte[] content = Bytes.made(5, 9_000_001);
        try (Vault vault = Rig.create(new MemoryStorage(), state)) {
            String version = Rig.backup(vault, new Bytes(content)).id();
            Random random = new Random(6);
            try (VersionDisk disk = vault.openDisk(version, "d")) {
                for (int i = 0; i < 300; i++) {
                    int at = random.nextInt(content.length);
                    byte[] part = new byte[Math.min(content.length - at, 1 + random.nextInt(700_000))];
                    disk.read(at, part, 0, part.length);
                    assertArrayEquals(Arrays.copyOfRange(content, at, at + part.length), part);
                }
            }
        }
    }

    @Test
    void changedRangesGiveTheRootOfAFullScanAndReadLittle() throws Exception {
        byte[] content = Bytes.made(7, (66 << 20) + 4096);
        Random random = new Random(8);
        try (Vault vault = Rig.create(new MemoryStorage(), state)) {
            VersionManifest before = Rig.backup(vault, new Bytes(content));
            for (int round = 0; round < 5; round++) {
                byte[] after = content.clone();
                int at = random.nextInt(after.length - 100_000);
                byte[] change = new byte[65_536];
                random.nextBytes(change);
                System.arraycopy(change, 0, after, at, change.length);
                Bytes disk = new Bytes(after);
                VersionManifest changed = Rig.backup(
                        vault, disk, Optional.of(before.id()), Optional.of(List.of(new ByteRange(at, change.length))));
                assertTrue(disk.bytesRead.get() <= change.length + (1 << 20), () -> disk.bytesRead + " bytes read");
                VersionManifest full = Rig.backup(vault, new Bytes(after));
                assertEquals(full.disks().get(0), changed.disks().get(0));
                content = after;
                before = changed;
            }
        }
    }

    /** Holes of the source, of whole segments too, must not leave what a second sink held before. */
    @Test
    void aSecondSinkThatHeldSomethingGetsTheSourcesHoles() throws Exception {
        int dataAt = 70 << 20;
        byte[] data = Bytes.made(10, 1 << 20);
        Bytes source = new Bytes(data) {
            @Override
            public long size() {
                return 130 << 20;
            }

            @Override
            public List<ByteRange> allocated(ByteRange range) {
                long from = Math.max(range.offset(), dataAt);
                long to = Math.min(range.end(), dataAt + data.length);
                return from < to ? List.of(new ByteRange(from, to - from)) : List.of();
            }

            @Override
            public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
                super.read(offset - dataAt, buffer, from, length);
            }
        };
        byte[] copied = new byte[data.length];
        BitSet old = new BitSet();
        old.set(0, (130 << 20) / 4096);
        Bytes used = new Bytes(copied) {
            @Override
            public long size() {
                return 130 << 20;
            }

            @Override
            public boolean startsZeroed() {
                return false;
            }

            @Override
            public void write(long offset, byte[] buffer, int from, int length) {
                super.write(offset - dataAt, buffer, from, length);
                zero(offset, length);
            }

            @Override
            public void zero(long offset, long length) {
                synchronized (old) {
                    old.clear((int) (offset / 4096), (int) ((offset + length) / 4096));
                }
            }
        };
        try (Vault vault = Rig.create(new MemoryStorage(), state);
                WriteSession session = vault.begin()) {
            Transfer transfer = new Transfer(Rig.QUIET, 0);
            transfer.store("d", source, session, Optional.empty(), Optional.empty(), List.of(used));
            transfer.run();
        }
        assertArrayEquals(data, copied);
        assertEquals(0, old.cardinality(), () -> "pages that are as they were: " + old);
    }

    @Test
    void theSameAgainStoresNothingButItsDescription() throws Exception {
        byte[] content = Bytes.made(9, 40 << 20);
        MemoryStorage storage = new MemoryStorage();
        try (Vault vault = Rig.create(storage, state)) {
            Rig.backup(vault, new Bytes(content));
            long size = storage.content().size();
            assertEquals(0, Rig.backup(vault, new Bytes(content)).stats().storedBytes());
            assertTrue(storage.content().size() - size < 4096, "an unchanged disk was stored again");
        }
    }
}
