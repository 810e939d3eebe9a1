package io.doppel.vault.internal.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.internal.index.Parallel;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.meta.MapStorage;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.Ids;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackReader;
import io.doppel.vault.internal.pack.Proof;
import io.doppel.vault.internal.pack.RecordDecoder;
import io.doppel.vault.internal.pack.RecordInfo;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What several threads add to shared packs is whole; a pack that something failed to be added to is never stored. */
class CopyTargetTest {
    private static final int LENGTH = 60_000;

    private final MapStorage storage = new MapStorage();
    private final KeyRing keys = new KeyRing(new byte[32], Map.of(1, new byte[32]));
    private final List<PackInfo> stored = new CopyOnWriteArrayList<>();

    private static byte[] content(int seed) {
        byte[] content = new byte[LENGTH];
        new Random(seed).nextBytes(content);
        return content;
    }

    private void add(CopyTarget target, ObjectKind kind, int copy, int seed) throws DoppelException {
        byte[] content = content(seed);
        byte[] id = new Ids(keys.idKey()).id(kind, content, 0, LENGTH);
        target.add(kind, copy, new RecordInfo(id, Codec.STORED, LENGTH, LENGTH + 16, 0), content, LENGTH);
    }

    /** Records of all packs that were stored, each of which proves right. */
    private int proved() throws DoppelException {
        int n = 0;
        try (RecordDecoder decoder = new RecordDecoder(keys.idKey(), Proof.ID)) {
            for (PackInfo pack : stored) {
                PackReader.OpenPack open = new PackReader(storage, keys).open(pack.kind(), pack.name());
                byte[] bytes = storage.objects.get(pack.objectName());
                for (RecordInfo r : open.info().records()) {
                    byte[] out = new byte[r.raw()];
                    assertTrue(decoder.decode(open.key(), pack.kind(), r, bytes, (int) r.offset(), out, 0));
                    n++;
                }
            }
        }
        return n;
    }

    @Test
    void severalThreadsShareThePacks() throws Exception {
        try (CopyTarget target = new CopyTarget(storage, keys, 0, stored::add)) {
            new Parallel("test", 4).run(400, () -> i -> {
                add(target, ObjectKind.NODE, 0, i);
                add(target, ObjectKind.NODE, 1, i);
            });
            target.flush();
            assertEquals(stored.stream().mapToLong(PackInfo::size).sum(), target.written());
        }
        assertEquals(800, proved());
        assertEquals(6, stored.size(), "of 8 MiB each but for the last two");
        for (PackInfo pack : stored) {
            Set<String> ids = new HashSet<>();
            pack.records().forEach(r -> assertTrue(ids.add(java.util.Arrays.toString(r.id())), "one copy of each"));
        }
    }

    @Test
    void aPackThatARecordWasNotAddedToWholeIsNeverStored() throws Exception {
        try (CopyTarget target = new CopyTarget(storage, keys, 0, stored::add)) {
            add(target, ObjectKind.DATA, 0, 1);
            storage.hook = (operation, name) -> {
                if (operation.equals("write")) {
                    throw new DoppelException(StorageError.IO, "the line is cut");
                }
            };
            assertThrows(DoppelException.class, () -> add(target, ObjectKind.DATA, 0, 2));
            storage.hook = (operation, name) -> {};
            // another thread that does not know yet
            add(target, ObjectKind.DATA, 0, 3);
            target.flush();
        }
        assertFalse(stored.isEmpty());
        assertEquals(1, proved());
    }
}
