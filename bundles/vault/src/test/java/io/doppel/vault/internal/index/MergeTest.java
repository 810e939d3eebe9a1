package io.doppel.vault.internal.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merging of index segments: which, into what, and that it can be ended at any time. */
class MergeTest {
    @TempDir
    Path temp;

    private final MadeUpPacks made = new MadeUpPacks();
    private final Set<String> listed = new HashSet<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    private OpenIndex open() {
        return new OpenIndex(made.storage, made.keys, temp, MadeUpPacks.VAULT);
    }

    private PackInfo store(OpenIndex open, PackInfo pack) throws Exception {
        open.add(pack);
        OpenIndex.Written written = open.write(p -> true).orElseThrow();
        listed.add(written.name());
        open.listed(written);
        return pack;
    }

    /** As many segments as are merged. */
    private List<PackInfo> storeEight(OpenIndex open) throws Exception {
        List<PackInfo> packs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            packs.add(store(open, made.pack(50)));
        }
        return packs;
    }

    private Merger merger(OpenIndex open) {
        return new Merger(
                open,
                () -> List.copyOf(listed),
                (old, merged) -> {
                    listed.removeAll(old);
                    listed.add(merged.name());
                    open.replaced(old, merged);
                },
                pack -> false,
                warnings::add);
    }

    private static void assertFound(ChunkIndex index, List<PackInfo> packs) throws Exception {
        for (PackInfo p : packs) {
            for (RecordInfo r : p.records()) {
                assertEquals(List.of(MadeUpPacks.location(index, p, r)), index.find(r.id()));
            }
        }
    }

    @Test
    void eightOfASizeAndAllSmallerOnesBecomeOne() throws Exception {
        OpenIndex open = open();
        List<PackInfo> packs = new ArrayList<>();
        try (Merger merger = merger(open)) {
            for (int i = 0; i < 30; i++) {
                packs.add(store(open, made.pack(50)));
                merger.wake();
                merger.await();
                assertTrue(listed.size() < 8, listed.size() + " segments");
            }
        }
        assertEquals(List.of(), warnings);
        assertEquals(Set.copyOf(made.segments.stored()), listed, "what was replaced is deleted");
        assertFound(open.chunks(), packs);
        OpenIndex again = open();
        assertEquals(List.of(), again.load(listed, true));
        assertFound(again.chunks(), packs);
        for (String name : listed) {
            made.segments.check(name);
        }
    }

    @Test
    void sizesAreToldApart() {
        Map<String, Long> sizes = new HashMap<>();
        for (int i = 0; i < 7; i++) {
            sizes.put("small" + i, 100L + i);
            sizes.put("medium" + i, (1L << 17) + i);
            sizes.put("large" + i, (1L << 20) + i);
        }
        assertEquals(List.of(), MergePlan.of(sizes));
        sizes.put("medium7", (1L << 20) - 1);
        Set<String> plan = Set.copyOf(MergePlan.of(sizes));
        assertEquals(15, plan.size());
        assertTrue(plan.stream().noneMatch(n -> n.startsWith("large")));
    }

    @Test
    void whateverIsStoredThereAreNeverManySegmentsNorMuchWriting() {
        Random random = new Random(1);
        Map<String, Long> sizes = new HashMap<>();
        long stored = 0;
        long written = 0;
        int names = 0;
        for (int i = 0; i < 30_000; i++) {
            long n = random.nextInt(4) == 0 ? 1 + random.nextInt(2000) : FreshPacks.MANY;
            stored += n;
            sizes.put("" + names++, n);
            for (List<String> plan = MergePlan.of(sizes); !plan.isEmpty(); plan = MergePlan.of(sizes)) {
                long sum = plan.stream().mapToLong(sizes::remove).sum();
                assertTrue(plan.size() > 1 && sum <= MergePlan.MOST);
                sizes.put("" + names++, sum);
                written += sum;
            }
            assertTrue(sizes.size() <= 7 * 5 + stored / (MergePlan.MOST / 2), sizes.size() + " segments");
        }
        assertTrue(stored > 700_000_000, "as in a vault of 100 TiB");
        assertTrue(written < 6 * stored, () -> "each entry is written again a few times only");
    }

    @Test
    void packsThatAreGoneAndPacksToldTwiceAreLeftOut() throws Exception {
        OpenIndex open = open();
        PackInfo gone = made.pack(40);
        PackInfo stays = made.pack(40);
        PackInfo other = made.pack(40);
        String first = made.segment(List.of(gone, stays));
        String second = made.segment(List.of(other, stays));
        open.load(List.of(first, second), true);
        OpenIndex.Written merged = open.merge(List.of(first, second), gone.name()::equals, () -> {});
        assertEquals(80, merged.local().entries());
        OpenIndex again = open();
        again.load(List.of(merged.name()), true);
        assertFound(again.chunks(), List.of(stays, other));
        assertFalse(again.chunks().knowsPack(gone.name()));
    }

    @Test
    void closingEndsAMergeAndLeavesEverythingAsItWas() throws Exception {
        OpenIndex open = open();
        List<PackInfo> packs = storeEight(open);
        Set<String> before = Set.copyOf(listed);
        CountDownLatch merging = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        made.storage.hook = (operation, name) -> {
            if (Thread.currentThread().getName().equals("doppel-vault-merge") && operation.equals("read")) {
                merging.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        Merger merger = merger(open);
        merger.wake();
        assertTrue(merging.await(1, TimeUnit.MINUTES));
        Thread closing = new Thread(merger::close);
        closing.start();
        while (closing.getState() != Thread.State.WAITING) {
            // it waits for the merge only after it has told it to end
            Thread.sleep(1);
        }
        goOn.countDown();
        closing.join(TimeUnit.MINUTES.toMillis(1));
        assertFalse(closing.isAlive());
        assertEquals(before, listed);
        assertEquals(List.of(), warnings);
        assertFound(open.chunks(), packs);
        merger.wake();
        merger.await();
        assertEquals(before, listed, "a closed merger stays closed");
    }

    @Test
    void aDamagedSegmentIsNamedAndTheOthersAreMergedLater() throws Exception {
        OpenIndex open = open();
        List<PackInfo> packs = storeEight(open);
        String bad = listed.iterator().next();
        made.storage.objects.get(IndexSegments.objectName(bad))[100] ^= 1;
        try (Merger merger = merger(open)) {
            merger.wake();
            merger.await();
            assertEquals(1, warnings.size());
            assertTrue(warnings.get(0).contains(VaultError.DAMAGED_OBJECT.id())
                    && warnings.get(0).contains(bad));
            assertFalse(Files.exists(temp.resolve(bad)), "its file does not hide that from the next opening");
            packs.add(store(open, made.pack(50)));
            merger.wake();
            merger.await();
        }
        assertEquals(2, listed.size());
        assertTrue(listed.contains(bad));
        assertFound(open.chunks(), packs);
    }

    @Test
    void aMergeWithoutRoomIsToldOnceAndTriedAgainAfterAWhile() throws Exception {
        OpenIndex open = open();
        List<PackInfo> packs = storeEight(open);
        AtomicInteger tried = new AtomicInteger();
        AtomicBoolean full = new AtomicBoolean(true);
        made.storage.hook = (operation, name) -> {
            if (operation.equals("put") && full.get()) {
                tried.incrementAndGet();
                throw new DoppelException(StorageError.FULL, "made by the test");
            }
        };
        try (Merger merger = merger(open)) {
            // in all as often as it takes to rest twice and to begin a third time
            wake(merger, 1 + Merger.FIRST_PAUSE);
            assertEquals(1, tried.get());
            wake(merger, 1 + 2 * Merger.FIRST_PAUSE);
            assertEquals(2, tried.get());
            wake(merger, 1);
            assertEquals(3, tried.get());
            assertEquals(1, warnings.size(), warnings::toString);
            assertTrue(warnings.get(0).startsWith(StorageError.FULL.id() + ": "), warnings.get(0));
            full.set(false);
            wake(merger, 1 + 4 * Merger.FIRST_PAUSE);
        }
        assertEquals(1, listed.size());
        assertFound(open.chunks(), packs);
    }

    private static void wake(Merger merger, int times) {
        for (int i = 0; i < times; i++) {
            merger.wake();
            merger.await();
        }
    }

    @Test
    void whatCouldNotBeDeletedIsDeletedLater() throws Exception {
        OpenIndex open = open();
        storeEight(open);
        Set<String> old = Set.copyOf(listed);
        made.storage.hook = (operation, name) -> {
            if (operation.equals("delete")) {
                throw new DoppelException(StorageError.IO, "made by the test");
            }
        };
        try (Merger merger = merger(open)) {
            wake(merger, 1);
        }
        assertEquals(List.of(), warnings, "it was merged all the same");
        assertEquals(1, listed.size());
        assertTrue(made.segments.stored().containsAll(old));
        open.deleteLeft();
        assertTrue(made.segments.stored().containsAll(old));
        made.storage.hook = (operation, name) -> {};
        open.deleteLeft();
        assertEquals(listed, Set.copyOf(made.segments.stored()));
    }

    @Test
    void aStopIsAskedWithinEveryMebibyte() throws Exception {
        String a = made.segment(List.of(made.pack(30_000)));
        String b = made.segment(List.of(made.pack(30_000)));
        int[] left = {3};
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> open().merge(List.of(a, b), pack -> false, () -> {
                    if (left[0]-- == 0) {
                        throw new DoppelException(CommonError.CANCELLED, "made by the test");
                    }
                }));
        assertTrue(e.is(CommonError.CANCELLED));
        assertEquals(2, made.segments.stored().size());
    }
}
