package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The contract of {@link Storage}. A plug-in's test extends this and says how to open its target; everything else has a
 * default.
 *
 * <p>Each test starts with an empty target. Messages quote the sentence of the SPI that is not kept.
 */
public abstract class StorageContract {
    private static final int RACERS = 8;
    private static final int ROUNDS = 25;
    private static final int MOST_MEANWHILE = 10_000;

    private final List<Storage> opened = new ArrayList<>();
    private Storage storage;

    /** Makes the target of this test empty; called before each test and before the first {@link #open()}. */
    protected abstract void clear() throws Exception;

    /** Opens the target of this test for reading and writing; called several times in one test. */
    protected abstract Storage open() throws Exception;

    /** Opens the target of this test for reading only; empty if the type has no such way. */
    protected Optional<Storage> openReadOnly() throws Exception {
        return Optional.empty();
    }

    /** Opens a target that has room for a few MiB and not for 64 MiB; empty if none can be made. */
    protected Optional<Storage> openSmall() throws Exception {
        return Optional.empty();
    }

    /**
     * Starts another process that runs {@link StorageCrashWriter#run} on the target of this test; empty if the target
     * cannot be shared by processes. See {@link ChildJvm}.
     */
    protected Optional<Process> startCrashWriter() throws Exception {
        return Optional.empty();
    }

    /** Size in bytes of the big object that is put and read back. */
    protected long bigObjectSize() {
        return 70L << 20;
    }

    @BeforeEach
    final void openEmpty() throws Exception {
        clear();
        storage = reopen();
    }

    @AfterEach
    final void closeAll() {
        opened.forEach(Storage::close);
    }

    private Storage reopen() throws Exception {
        return remember(open());
    }

    private Storage remember(Storage s) {
        opened.add(s);
        return s;
    }

    @Test
    void capabilitiesAreSensible() {
        var can = storage.capabilities();
        assertTrue(can.parallelism() >= 1, "StorageCapabilities.parallelism: \"at least 1\"");
        assertTrue(can.preferredRead() >= 1, "StorageCapabilities.preferredRead: bytes of one read");
        assertFalse(can.readOnly(), "StorageCapabilities.readOnly: a target opened for writing is not read-only");
        assertEquals(can, storage.capabilities(), "Storage.capabilities: \"constant\"");
    }

    @Test
    void factsAreForPeople() throws Exception {
        storage.facts().forEach((name, value) -> {
            assertTrue(name.matches("[a-z0-9]+(-[a-z0-9]+)*"), "Storage.facts: \"lower case with dashes\": " + name);
            assertTrue(
                    !value.isBlank() && value.chars().noneMatch(Character::isISOControl),
                    "Storage.facts: \"values of one line\": " + name);
        });
    }

    @TestFactory
    Stream<DynamicTest> objectsOfEverySizeComeBack() {
        return Stream.of(0, 1, 2, 511, 512, 513, 4095, 4096, 4097, 65535, 65536, 1 << 20, (1 << 20) + 1, 5_000_011)
                .map(size -> DynamicTest.dynamicTest(size + " bytes", () -> {
                    byte[] bytes = StorageData.bytes(size, size);
                    String name = "sizes/" + size;
                    StorageData.put(storage, name, bytes);
                    checkWhole(storage, name, bytes);
                    checkWhole(reopen(), name, bytes);
                }));
    }

    @Test
    void bigObjectComesBack() throws Exception {
        BigObject big = new BigObject(bigObjectSize());
        big.put(storage, "big/object");
        big.check(storage, "big/object");
        big.check(reopen(), "big/object");
    }

    @Test
    void arrayMayBeUsedAgain() throws Exception {
        byte[] buffer = {9, 1, 2, 3, 9};
        try (ObjectWriter writer = storage.put("reuse")) {
            writer.write(buffer, 1, 3);
            buffer[1] = 7;
            writer.write(buffer, 1, 3);
            buffer[2] = 8;
            writer.commit();
        }
        assertArrayEquals(
                new byte[] {1, 2, 3, 7, 2, 3},
                StorageData.readAll(storage, "reuse"),
                "ObjectWriter.write: \"the array may be used again on return\"");
    }

    @Test
    void rangedReadsAreExactAtTheEdges() throws Exception {
        byte[] bytes = StorageData.bytes(10_000, 1);
        StorageData.put(storage, "ranges", bytes);
        int[][] ranges = {
            {0, 0}, {0, 1}, {0, 10_000}, {1, 9_999}, {9_999, 1}, {10_000, 0}, {4_095, 2}, {4_096, 4_096}, {5_000, 0}
        };
        for (int[] range : ranges) {
            byte[] buffer = new byte[range[1] + 8];
            storage.read("ranges", range[0], buffer, 3, range[1]);
            byte[] expected = new byte[range[1] + 8];
            System.arraycopy(bytes, range[0], expected, 3, range[1]);
            assertArrayEquals(
                    expected,
                    buffer,
                    "Storage.read: \"fills buffer[from, from+length) with the object's bytes at offset\" and nothing"
                            + " else; offset " + range[0] + " length " + range[1]);
        }
    }

    @Test
    void readBeyondTheEndIsTooShort() throws Exception {
        StorageData.put(storage, "short", StorageData.bytes(100, 2));
        long[][] ranges = {{0, 101}, {99, 2}, {100, 1}, {101, 1}, {5_000_000_000L, 1}, {Long.MAX_VALUE, 1}};
        for (long[] range : ranges) {
            StorageData.expect(
                    StorageError.TOO_SHORT,
                    "Storage.read: \"TOO_SHORT if the object ends before\"; offset " + range[0] + " length " + range[1],
                    () -> storage.read("short", range[0], new byte[200], 0, (int) range[1]));
        }
    }

    @Test
    void absentObjectsAreToldSo() throws Exception {
        StorageData.put(storage, "folder/object", new byte[1]);
        for (String name : List.of("absent", "absent/too", "folder/absent", "folder", "folder/object/inner")) {
            StorageData.expect(
                    StorageError.NOT_FOUND,
                    "Storage.read: \"NOT_FOUND\" for '" + name + "'",
                    () -> storage.read(name, 0, new byte[1], 0, 1));
            assertEquals(Optional.empty(), storage.stat(name), "Storage.stat: \"empty if there is none\": " + name);
        }
    }

    @TestFactory
    Stream<DynamicTest> namesOutsideTheRulesAreRefused() {
        return StorageData.BAD_NAMES.stream()
                .map(name -> DynamicTest.dynamicTest("'" + StorageData.shown(name) + "'", () -> {
                    String sentence = "Storage: \"anything else is BAD_NAME\": '" + name + "'";
                    StorageData.expect(
                            StorageError.BAD_NAME,
                            sentence,
                            () -> storage.put(name).close());
                    StorageData.expect(StorageError.BAD_NAME, sentence, () -> storage.read(name, 0, new byte[1], 0, 0));
                    StorageData.expect(StorageError.BAD_NAME, sentence, () -> storage.stat(name));
                    StorageData.expect(StorageError.BAD_NAME, sentence, () -> storage.delete(name));
                    if (!name.isEmpty()) {
                        StorageData.expect(StorageError.BAD_NAME, sentence, () -> storage.list(name, info -> {}));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> namesWithinTheRulesWork() {
        return StorageData.GOOD_NAMES.stream()
                .map(name -> DynamicTest.dynamicTest(StorageData.shown(name), () -> {
                    byte[] bytes = StorageData.bytes(33, name.length());
                    StorageData.put(storage, name, bytes);
                    checkWhole(storage, name, bytes);
                    storage.delete(name);
                }));
    }

    @Test
    void nothingIsVisibleBeforeCommit() throws Exception {
        Storage other = reopen();
        try (ObjectWriter writer = storage.put("slow/object")) {
            for (int i = 0; i < 5; i++) {
                byte[] bytes = StorageData.bytes(300_000, i);
                writer.write(bytes, 0, bytes.length);
                for (Storage s : List.of(storage, other)) {
                    checkInvisible(s, "slow/object");
                }
            }
            writer.commit();
        }
        for (Storage s : List.of(storage, other)) {
            assertEquals(
                    1_500_000L,
                    s.stat("slow/object").map(ObjectInfo::size).orElse(-1L),
                    "ObjectWriter.commit: \"on return the object is whole … readable and listed\"");
        }
    }

    @Test
    void closingWithoutCommitLeavesNothing() throws Exception {
        ObjectWriter writer = storage.put("dropped");
        writer.write(new byte[100_000], 0, 100_000);
        writer.close();
        writer.close();
        checkInvisible(storage, "dropped");
        checkInvisible(reopen(), "dropped");
        StorageData.expectAnyStorageError(
                "a writer that was closed takes nothing more", () -> writer.write(new byte[1], 0, 1));
        StorageData.expectAnyStorageError("a writer that was closed commits nothing", writer::commit);
        checkInvisible(storage, "dropped");
        StorageData.put(storage, "dropped", new byte[] {1});
        checkWhole(storage, "dropped", new byte[] {1});
    }

    @Test
    void closingAfterCommitKeepsTheObject() throws Exception {
        ObjectWriter writer = storage.put("kept");
        writer.write(new byte[] {5}, 0, 1);
        writer.commit();
        writer.close();
        writer.close();
        checkWhole(storage, "kept", new byte[] {5});
    }

    @Test
    void existingObjectIsUnharmed() throws Exception {
        byte[] first = StorageData.bytes(70_000, 1);
        StorageData.put(storage, "one/name", first);
        for (byte[] second : List.of(new byte[0], StorageData.bytes(10, 2), StorageData.bytes(200_000, 3), first)) {
            StorageData.expect(
                    StorageError.EXISTS,
                    "ObjectWriter.commit: \"if the name exists … this fails and the existing object is unharmed\"",
                    () -> StorageData.put(storage, "one/name", second));
            checkWhole(storage, "one/name", first);
        }
        checkWhole(reopen(), "one/name", first);
    }

    @Test
    void ofRacingWritersExactlyOneWins() throws Exception {
        Storage other = reopen();
        for (int round = 0; round < ROUNDS; round++) {
            String name = "race/" + round;
            AtomicInteger winner = new AtomicInteger(-1);
            AtomicInteger winners = new AtomicInteger();
            Together.run(RACERS, (racer, start) -> {
                try (ObjectWriter writer = (racer % 2 == 0 ? storage : other).put(name)) {
                    byte[] bytes = StorageData.bytes(50_000 + racer, racer);
                    writer.write(bytes, 0, bytes.length);
                    start.await();
                    writer.commit();
                    winner.set(racer);
                    winners.incrementAndGet();
                } catch (DoppelException e) {
                    StorageData.check(StorageError.EXISTS, "ObjectWriter.commit of a writer that lost a race", e);
                }
            });
            assertEquals(1, winners.get(), "ObjectWriter.commit: \"of several racing writers exactly one succeeds\"");
            byte[] expected = StorageData.bytes(50_000 + winner.get(), winner.get());
            checkWhole(storage, name, expected);
            checkWhole(other, name, expected);
        }
    }

    @Test
    void listTellsEveryObjectOnce() throws Exception {
        Map<String, Long> expected = new TreeMap<>();
        for (int i = 0; i < 300; i++) {
            String name = (i % 3 == 0 ? "data/" : "tree/") + Integer.toHexString(i % 16) + "/" + i;
            StorageData.put(storage, name, new byte[i]);
            expected.put(name, (long) i);
            if (i % 60 == 0) {
                checkListed(expected, storage, "");
            }
        }
        checkListed(expected, storage, "");
        checkListed(expected, reopen(), "");
    }

    @Test
    void openWritersAreNotListed() throws Exception {
        try (ObjectWriter writer = storage.put("a/b")) {
            writer.write(new byte[10], 0, 10);
            checkListed(Map.of(), storage, "");
            checkListed(Map.of(), reopen(), "");
        }
    }

    @Test
    void prefixesAreWholeParts() throws Exception {
        for (String name : List.of("a", "ab/c", "ab/cd/e", "ab/cd/f", "ab/cde", "abc/d", "b/ab/c")) {
            StorageData.put(storage, name, new byte[3]);
        }
        checkListed(names("ab/c", "ab/cd/e", "ab/cd/f", "ab/cde"), storage, "ab");
        checkListed(names("ab/cd/e", "ab/cd/f"), storage, "ab/cd");
        checkListed(names("abc/d"), storage, "abc");
        checkListed(names("a"), storage, "a");
        checkListed(names(), storage, "ab/cd/e/g");
        checkListed(names(), storage, "zz");
        checkListed(names("a", "ab/c", "ab/cd/e", "ab/cd/f", "ab/cde", "abc/d", "b/ab/c"), storage, "");
    }

    @Test
    void listDuringPutsAndDeletesTellsWhatStays() throws Exception {
        Map<String, Long> staying = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            StorageData.put(storage, "stay/" + i, new byte[5]);
            staying.put("stay/" + i, 5L);
        }
        AtomicBoolean done = new AtomicBoolean();
        Together.run(3, (worker, start) -> {
            start.await();
            if (worker == 0) {
                try {
                    for (int i = 0; i < 20; i++) {
                        List<String> told = new ArrayList<>();
                        storage.list("stay", info -> told.add(info.name()));
                        assertEquals(new HashSet<>(told).size(), told.size(), "Storage.list: \"told exactly once\"");
                        assertTrue(
                                told.containsAll(staying.keySet()),
                                "Storage.list: \"objects committed before the call and not deleted are told\"");
                    }
                } finally {
                    done.set(true);
                }
            } else {
                // Bounded, because what does not delete would give the lists ever more to tell.
                for (int i = 0; i < MOST_MEANWHILE && !done.get(); i++) {
                    String name = "stay/w" + worker + "-" + i;
                    StorageData.put(storage, name, new byte[5]);
                    storage.delete(name);
                }
            }
        });
        checkListed(staying, storage, "stay");
    }

    @Test
    void deleteIsIdempotentAndComplete() throws Exception {
        StorageData.put(storage, "gone/a", new byte[10]);
        StorageData.put(storage, "gone/b", new byte[20]);
        checkWhole(storage, "gone/a", new byte[10]);
        storage.delete("gone/a");
        checkInvisible(storage, "gone/a");
        storage.delete("gone/a");
        storage.delete("never/was");
        storage.delete("never");
        storage.delete("gone");
        checkListed(Map.of("gone/b", 20L), storage, "");
        Storage again = reopen();
        checkInvisible(again, "gone/a");
        checkWhole(again, "gone/b", new byte[20]);
        StorageData.put(storage, "gone/a", new byte[] {1, 2});
        checkWhole(storage, "gone/a", new byte[] {1, 2});
        checkWhole(again, "gone/a", new byte[] {1, 2});
    }

    @Test
    void whatIsReadWhileItIsDeletedIsWholeOrNotThere() throws Exception {
        byte[] bytes = StorageData.bytes(5_000, 7);
        AtomicBoolean done = new AtomicBoolean();
        Together.run(3, (worker, start) -> {
            start.await();
            if (worker > 0) {
                while (!done.get()) {
                    byte[] buffer = new byte[bytes.length];
                    try {
                        storage.read("passing/a", 0, buffer, 0, buffer.length);
                        assertArrayEquals(bytes, buffer, "Storage.read of an object that is deleted meanwhile");
                    } catch (DoppelException e) {
                        StorageData.check(
                                StorageError.NOT_FOUND, "Storage.read of an object that is deleted meanwhile", e);
                    }
                }
                return;
            }
            try {
                for (int i = 0; i < 200; i++) {
                    StorageData.put(storage, "passing/a", bytes);
                    storage.delete("passing/a");
                }
            } finally {
                done.set(true);
            }
        });
    }

    @Test
    void readsAndPutsGoOnTogether() throws Exception {
        byte[] shared = StorageData.bytes(1_000_000, 99);
        StorageData.put(storage, "shared", shared);
        Together.run(RACERS, (worker, start) -> {
            start.await();
            for (int i = 0; i < 30; i++) {
                if (worker % 2 == 0) {
                    int offset = (worker * 131_071 + i * 17_389) % 900_000;
                    byte[] buffer = new byte[50_000];
                    storage.read("shared", offset, buffer, 0, buffer.length);
                    assertTrue(
                            Arrays.equals(buffer, 0, 50_000, shared, offset, offset + 50_000),
                            "Storage: \"called from many threads at once\": wrong bytes at " + offset);
                } else {
                    byte[] bytes = StorageData.bytes(20_000, worker * 1000 + i);
                    String name = "many/" + worker + "/" + i;
                    StorageData.put(storage, name, bytes);
                    checkWhole(storage, name, bytes);
                }
            }
        });
    }

    @Test
    void interruptsDoNotSpoilReads() throws Exception {
        byte[] bytes = StorageData.bytes(500_000, 4);
        StorageData.put(storage, "calm", bytes);
        Together.run(4, (worker, start) -> {
            start.await();
            for (int i = 0; i < 50; i++) {
                if (worker == 0) {
                    Thread.currentThread().interrupt();
                }
                byte[] read = StorageData.readAll(storage, "calm");
                boolean interrupted = Thread.interrupted();
                assertTrue(Arrays.equals(bytes, read), "Storage.read: \"never returns less\"");
                assertEquals(worker == 0, interrupted, "an interrupt of the caller's thread must not get lost");
            }
        });
    }

    @Test
    void interruptsDoNotSpoilPuts() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Thread putting = Thread.currentThread();
        Thread interrupting = new Thread(() -> {
            while (!done.get()) {
                putting.interrupt();
                Thread.onSpinWait();
            }
        });
        interrupting.start();
        try {
            for (int i = 0; i < 20; i++) {
                StorageData.put(storage, "calm/" + i, StorageData.bytes(2_500_000, i));
            }
        } finally {
            done.set(true);
            joinUninterrupted(interrupting);
        }
        for (int i = 0; i < 20; i++) {
            checkWhole(storage, "calm/" + i, StorageData.bytes(2_500_000, i));
        }
    }

    private static void joinUninterrupted(Thread thread) {
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // One of its own interrupts; it ends by itself.
            }
        }
        Thread.interrupted();
    }

    @Test
    void closeAbortsWritersAndEndsEverything() throws Exception {
        ObjectWriter writer = storage.put("unfinished");
        writer.write(new byte[1000], 0, 1000);
        storage.close();
        storage.close();
        String sentence = "Storage.close: \"writers that are open are aborted\"";
        StorageData.expectAnyStorageError(sentence, writer::commit);
        writer.close();
        StorageData.expectAnyStorageError("a closed storage does nothing more", () -> storage.put("x"));
        StorageData.expectAnyStorageError("a closed storage does nothing more", () -> storage.stat("x"));
        checkListed(Map.of(), reopen(), "");
    }

    @Test
    void closeLeavesNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Storage s = reopen();
        StorageData.put(s, "t", new byte[10]);
        StorageData.readAll(s, "t");
        s.close();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && !thread.isDaemon()) {
                thread.join(5_000);
                assertFalse(thread.isAlive(), "Storage.close: \"ends connections and threads\": " + thread);
            }
        }
    }

    @Test
    void grantsAreAsAnnounced() throws Exception {
        boolean given = storage.grant(new GrantScope("data", true, true), Duration.ofMinutes(5))
                .isPresent();
        assertEquals(
                storage.capabilities().grants(), given, "Storage.grant: \"empty if capabilities' grants is false\"");
    }

    @Test
    void spaceIsPlausible() throws Exception {
        storage.space().ifPresent(space -> {
            assertTrue(space.total() > 0, "StorageSpace.total: capacity in bytes");
            assertTrue(space.free() >= 0 && space.free() <= space.total(), "StorageSpace.free: at most the total");
        });
    }

    @Test
    void readOnlyTargetRefusesChangesAndReads() throws Exception {
        StorageData.put(storage, "there", new byte[] {1});
        Optional<Storage> found = openReadOnly();
        if (found.isEmpty()) {
            return;
        }
        Storage readOnly = remember(found.get());
        assertTrue(readOnly.capabilities().readOnly(), "StorageCapabilities.readOnly: the target refuses every change");
        checkWhole(readOnly, "there", new byte[] {1});
        checkListed(Map.of("there", 1L), readOnly, "");
        String sentence = "StorageError.READ_ONLY: writing where that is off";
        StorageData.expect(StorageError.READ_ONLY, sentence, () -> StorageData.put(readOnly, "new", new byte[1]));
        StorageData.expect(StorageError.READ_ONLY, sentence, () -> readOnly.delete("there"));
        checkWhole(storage, "there", new byte[] {1});
    }

    @Test
    void fullTargetSaysSoAndRecovers() throws Exception {
        Optional<Storage> found = openSmall();
        if (found.isEmpty()) {
            return;
        }
        Storage small = remember(found.get());
        byte[] first = StorageData.bytes(1 << 20, 1);
        StorageData.put(small, "first", first);
        StorageData.expect(StorageError.FULL, "ObjectWriter: \"FULL\" when there is no space left", () -> {
            new BigObject(64L << 20).put(small, "too/big");
        });
        checkInvisible(small, "too/big");
        checkWhole(small, "first", first);
        StorageData.put(small, "second", first);
        checkWhole(small, "second", first);
    }

    @Test
    void killedWriterLeavesOnlyWholeObjects() throws Exception {
        for (int round = 0; round < 3; round++) {
            Optional<Process> started = startCrashWriter();
            if (started.isEmpty()) {
                return;
            }
            Set<String> acknowledged = StorageCrashWriter.killAfter(started.get(), 20 + 15 * round);
            Storage again = reopen();
            Set<String> told = new HashSet<>();
            again.list(StorageCrashWriter.PREFIX, info -> told.add(info.name()));
            assertTrue(
                    told.containsAll(acknowledged),
                    "ObjectWriter.commit: \"on return the object is whole, durable …\": lost after kill -9");
            for (String name : told) {
                checkWhole(again, name, StorageCrashWriter.content(name));
            }
        }
    }

    private static void checkWhole(Storage s, String name, byte[] expected) throws Exception {
        assertEquals(
                (long) expected.length,
                s.stat(name).map(ObjectInfo::size).orElse(-1L),
                "Storage.stat: size of the object '" + name + "' that was committed");
        assertTrue(
                Arrays.equals(expected, StorageData.readAll(s, name)),
                "Storage.read: \"the object's bytes\" of '" + name + "' are not those that were written");
        List<ObjectInfo> told = new ArrayList<>();
        s.list(name, told::add);
        assertEquals(
                List.of(name),
                told.stream().map(ObjectInfo::name).toList(),
                "ObjectWriter.commit: \"on return the object is … listed\"");
        assertEquals((long) expected.length, told.get(0).size(), "ObjectInfo.size as listed of '" + name + "'");
    }

    private static void checkInvisible(Storage s, String name) throws Exception {
        String sentence = "Storage.put: \"nothing of it is visible under the name, to anybody, before commit\"";
        assertEquals(Optional.empty(), s.stat(name), sentence);
        StorageData.expect(StorageError.NOT_FOUND, sentence, () -> s.read(name, 0, new byte[1], 0, 0));
        s.list(name, info -> {
            throw new AssertionError(sentence + "; but listed: " + info);
        });
    }

    private static Map<String, Long> names(String... names) {
        Map<String, Long> map = new HashMap<>();
        for (String name : names) {
            map.put(name, 3L);
        }
        return map;
    }

    private static void checkListed(Map<String, Long> expected, Storage s, String prefix) throws Exception {
        Map<String, Long> told = new TreeMap<>();
        s.list(prefix, info -> {
            if (told.put(info.name(), info.size()) != null) {
                throw new AssertionError("Storage.list: \"told exactly once\", but twice: " + info.name());
            }
        });
        assertEquals(
                new TreeMap<>(expected),
                told,
                "Storage.list: \"every object whose name starts with prefix\" '" + prefix + "' (whole parts)");
    }
}
