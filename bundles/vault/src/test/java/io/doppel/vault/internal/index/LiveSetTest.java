package io.doppel.vault.internal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is needed is marked in as many copies as asked for, and nothing else is. */
class LiveSetTest {
    @TempDir
    Path temp;

    private final MadeUpPacks made = new MadeUpPacks();
    private OpenIndex open;
    private ChunkIndex index;

    @BeforeEach
    void open() {
        open = new OpenIndex(made.storage, made.keys, temp, MadeUpPacks.VAULT);
        index = open.chunks();
    }

    private PackInfo inSegment(PackInfo pack) throws Exception {
        open.add(pack);
        open.listed(open.write(p -> true).orElseThrow());
        return pack;
    }

    private PackInfo onHeap(PackInfo pack) {
        open.add(pack);
        return pack;
    }

    private int number(PackInfo pack) {
        return index.packNumber(pack.name());
    }

    private boolean isMarked(LiveSet live, PackInfo pack, int record) throws Exception {
        RecordInfo r = pack.records().get(record);
        return live.isMarked(r.id(), number(pack), r.offset());
    }

    @Test
    void asManyCopiesInDifferentPacksAsAskedFor() throws Exception {
        byte[] id = made.id();
        PackInfo twice = inSegment(made.pack(List.of(id, made.id(), id)));
        PackInfo second = inSegment(made.pack(List.of(made.id(), id)));
        PackInfo third = onHeap(made.pack(List.of(id)));
        LiveSet live = new LiveSet(index);
        assertTrue(live.mark(id, 1));
        assertFalse(live.mark(id, 1), "what is marked counts");
        assertTrue(live.mark(id, 2));
        assertFalse(live.mark(id, 2));
        assertTrue(live.mark(id, 3));
        assertFalse(live.mark(id, 4), "there is no fourth");
        assertTrue(isMarked(live, twice, 0) ^ isMarked(live, twice, 2), "one of a pack");
        assertFalse(isMarked(live, twice, 1));
        assertFalse(isMarked(live, second, 0));
        assertTrue(isMarked(live, second, 1));
        assertTrue(isMarked(live, third, 0));
        assertEquals(second.records().get(1).stored(), live.liveBytes(number(second)));
        assertEquals(third.records().get(0).stored(), live.liveBytes(number(third)));
        assertFalse(live.mark(made.id(), 1));
    }

    @Test
    void soundCopiesComeFirstAndClearedOnesNever() throws Exception {
        byte[] id = made.id();
        PackInfo cleared = inSegment(made.pack(List.of(id)));
        PackInfo damaged = inSegment(made.pack(List.of(id)));
        PackInfo sound = inSegment(made.pack(List.of(id)));
        index.clear(Set.of(number(cleared)));
        index.distrust(Damage.ofPack(number(damaged)));
        LiveSet live = new LiveSet(index);
        assertTrue(live.mark(id, 1));
        assertTrue(isMarked(live, sound, 0));
        assertFalse(isMarked(live, damaged, 0));
        assertTrue(live.mark(id, 3));
        assertTrue(isMarked(live, damaged, 0));
        assertFalse(isMarked(live, cleared, 0));
    }

    @Test
    void whatComesLaterIsNeededAndMergesDoNotMatter() throws Exception {
        byte[] id = made.id();
        List<PackInfo> before = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            before.add(inSegment(made.pack(50)));
        }
        PackInfo pack = onHeap(made.pack(List.of(id)));
        LiveSet live = new LiveSet(index);
        live.mark(id, 1);
        live.mark(before.get(3).records().get(7).id(), 1);
        open.listed(open.write(p -> true).orElseThrow());
        List<String> names = index.segments().stream().map(LocalSegment::name).toList();
        open.replaced(names, open.merge(names, gone -> false, () -> {}));
        PackInfo later = inSegment(made.pack(List.of(id)));
        assertTrue(isMarked(live, later, 0));
        assertEquals(later.size(), live.liveBytes(number(later)));
        assertTrue(isMarked(live, pack, 0));
        assertTrue(isMarked(live, before.get(3), 7));
        assertFalse(isMarked(live, before.get(3), 8));
        assertFalse(live.mark(before.get(3).records().get(7).id(), 1));
    }

    @Test
    void aNodeThatComesLaterIsNewOnceSoThatAWalkGoesDownFromIt() throws Exception {
        LiveSet live = new LiveSet(index);
        byte[] id = made.id();
        onHeap(made.pack(ObjectKind.NODE, List.of(id)));
        inSegment(made.pack(ObjectKind.NODE, List.of(id)));
        assertTrue(live.mark(id, 2));
        assertFalse(live.mark(id, 2));
    }

    @Test
    void aSoundChunkThatComesLaterIsEnoughAndADamagedOneIsNot() throws Exception {
        byte[] sound = made.id();
        byte[] damaged = made.id();
        PackInfo before = inSegment(made.pack(List.of(sound, damaged)));
        LiveSet live = new LiveSet(index);
        inSegment(made.pack(List.of(sound)));
        PackInfo bad = onHeap(made.pack(List.of(damaged)));
        index.distrust(Damage.ofPack(number(bad)));
        assertFalse(live.mark(sound, 1));
        assertFalse(isMarked(live, before, 0));
        assertTrue(live.mark(damaged, 1));
        assertTrue(isMarked(live, before, 1));
    }

    @Test
    void severalThreadsMarkWhatOneWould() throws Exception {
        List<byte[]> ids = new ArrayList<>();
        List<PackInfo> packs = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            ids.add(made.id());
        }
        for (int i = 0; i < 6; i++) {
            packs.add(i < 5 ? inSegment(made.pack(ids)) : onHeap(made.pack(ids)));
        }
        LiveSet live = new LiveSet(index);
        AtomicIntegerArray news = new AtomicIntegerArray(ids.size());
        new Parallel("mark", 4).run(4 * ids.size(), i -> {
            if (live.mark(ids.get(i / 4), 2)) {
                news.incrementAndGet(i / 4);
            }
        });
        for (int i = 0; i < ids.size(); i++) {
            assertTrue(news.get(i) >= 1, "somebody has to go down from it");
            int marked = 0;
            for (PackInfo pack : packs) {
                marked += isMarked(live, pack, i) ? 1 : 0;
            }
            assertEquals(2, marked);
        }
        for (PackInfo pack : packs) {
            long bytes = 0;
            for (int i = 0; i < ids.size(); i++) {
                bytes += isMarked(live, pack, i) ? pack.records().get(i).stored() : 0;
            }
            assertEquals(bytes, live.liveBytes(number(pack)));
        }
    }

    @Test
    void agreesWithAModelOnManyRecordsAlsoWhenFilesAreSpoilt() throws Exception {
        List<PackInfo> packs = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            packs.add(i < 10 ? inSegment(made.pack(100)) : onHeap(made.pack(100)));
        }
        LiveSet live = new LiveSet(index);
        Random random = new Random(3);
        Set<RecordInfo> expected = new HashSet<>();
        for (LocalSegment s : index.segments()) {
            // the filter forgets everything
            try (RandomAccessFile f =
                    new RandomAccessFile(temp.resolve(s.name()).toFile(), "rw")) {
                LocalLayout layout = new LocalLayout(s.entries(), s.packs());
                f.seek(layout.filterAt());
                f.write(new byte[(int) (layout.cellsAt() - layout.filterAt())]);
            }
        }
        for (PackInfo pack : packs) {
            for (RecordInfo r : pack.records()) {
                if (random.nextInt(3) == 0) {
                    assertTrue(live.mark(r.id(), 1));
                    expected.add(r);
                }
            }
        }
        for (PackInfo pack : packs) {
            long bytes = 0;
            for (int i = 0; i < pack.records().size(); i++) {
                RecordInfo r = pack.records().get(i);
                assertEquals(expected.contains(r), isMarked(live, pack, i));
                bytes += expected.contains(r) ? r.stored() : 0;
            }
            assertEquals(bytes, live.liveBytes(number(pack)));
        }
    }
}
