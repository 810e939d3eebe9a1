package io.doppel.offsite.internal.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.OffsiteError;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.storage.local.LocalStorage;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal that was cut short, changed or taken away, and what a crash leaves. */
class JournalTest {
    private static final Limits LIMITS = new Limits(1L << 40, 1_000_000, 0);

    @TempDir
    Path temp;

    private final List<String> alerts = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private RunningTime time;
    private Path folder;

    @BeforeEach
    void setUp() throws Exception {
        folder = Files.createDirectory(temp.resolve("store"));
        time = new RunningTime(
                LocalStorage.open(Files.createDirectory(temp.resolve("own"))),
                nanos::incrementAndGet,
                () -> 1_700_000_000_000L);
    }

    private ClientStore open() throws DoppelException {
        return ClientStore.open(folder, time, LIMITS, (AlertKind kind, String text) -> alerts.add(kind + " " + text));
    }

    private static void put(ClientStore store, String name, int size) throws DoppelException {
        try (Put put = store.put(new Attempt(name.hashCode(), size), name)) {
            put.write(new byte[size], 0, size);
            put.commit();
        }
    }

    private static List<String> names(ClientStore store) throws DoppelException {
        List<String> names = new ArrayList<>();
        store.list("", "", info -> names.add(info.name() + " " + info.size()));
        return names;
    }

    private Path journal() throws Exception {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().startsWith("journal-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aChangeThatWasCutShortIsTheLastAndNobodyHeardOfIt() throws Exception {
        long before;
        try (ClientStore store = open()) {
            put(store, "a", 1);
            put(store, "b", 2);
            before = Files.size(journal());
            store.condemn("a");
        }
        byte[] whole = Files.readAllBytes(journal());
        for (int length = (int) before; length <= whole.length; length++) {
            Files.write(journal(), Arrays.copyOf(whole, length));
            try (ClientStore store = open()) {
                assertEquals(length == whole.length ? List.of("b 2") : List.of("a 1", "b 2"), names(store));
                put(store, "c", 3);
            }
            try (ClientStore store = open()) {
                assertTrue(names(store).contains("c 3"));
                store.condemn("c");
            }
            Files.write(journal(), whole);
        }
        assertEquals(List.of(), alerts);
    }

    /** The 16 bytes that a client may choose freely are a frame by themselves, and the power is cut behind them. */
    @Test
    void bytesThatAClientChoseAreNotTakenForChanges() throws Exception {
        ByteBuffer frame = ByteBuffer.allocate(16);
        CRC32C crc = new CRC32C();
        crc.update(new byte[8]);
        frame.putInt(8).putInt((int) crc.getValue());
        frame.rewind();
        Attempt forged = new Attempt(frame.getLong(), frame.getLong());
        long before;
        try (ClientStore store = open()) {
            put(store, "a", 1);
            before = Files.size(journal());
            try (Put put = store.put(forged, "b")) {
                put.write(new byte[1], 0, 1);
                put.commit();
            }
        }
        byte[] whole = Files.readAllBytes(journal());
        for (int length = (int) before + 1; length < whole.length; length++) {
            byte[] torn = Arrays.copyOf(whole, length);
            Files.write(journal(), torn);
            try (ClientStore store = open()) {
                assertEquals(List.of("a 1"), names(store), "cut at " + length);
            }
            // the first sector did not arrive, and the second did
            Arrays.fill(torn, (int) before, Math.min(length, (int) before + 40), (byte) 0);
            Files.write(journal(), torn);
            try (ClientStore store = open()) {
                assertEquals(List.of("a 1"), names(store), "torn at " + length);
            }
        }
        assertEquals(List.of(), alerts);
    }

    @Test
    void aChangedByteKeepsTheStoreClosedAndNothingIsDeleted() throws Exception {
        try (ClientStore store = open()) {
            put(store, "a", 1);
            put(store, "b", 2);
            store.condemn("a");
        }
        byte[] whole = Files.readAllBytes(journal());
        List<Path> files = objects();
        for (int at = 0; at < whole.length - 200; at += 7) {
            byte[] changed = whole.clone();
            changed[at] ^= 0x10;
            Files.write(journal(), changed);
            DoppelException e = assertThrows(DoppelException.class, this::open, "byte " + at);
            assertTrue(e.is(OffsiteError.STORE_DAMAGED), e.getMessage());
            assertArrayEquals(changed, Files.readAllBytes(journal()));
            assertEquals(files, objects());
        }
        Files.delete(journal());
        DoppelException e = assertThrows(DoppelException.class, this::open);
        assertTrue(e.is(OffsiteError.STORE_DAMAGED), e.getMessage());
        assertEquals(files, objects());
    }

    private List<Path> objects() throws Exception {
        try (var files = Files.walk(folder.resolve("objects"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void aSnapshotIsTheSameStore() throws Exception {
        List<String> all = new ArrayList<>();
        try (ClientStore store = open()) {
            for (int i = 0; i < 200; i++) {
                put(store, String.format("o/%03d", i), i);
                if (i % 3 == 0) {
                    store.condemn(String.format("o/%03d", i));
                } else {
                    all.add(String.format("o/%03d %d", i, i));
                }
            }
            long event = store.figures().event();
            put(store, "late", 1);
            store.undoTo(event);
            store.lock(false);
            store.compact();
            assertEquals(all, names(store));
            put(store, "behind", 7);
        }
        all.add(0, "behind 7");
        for (int round = 0; round < 3; round++) {
            try (ClientStore store = open()) {
                assertEquals(all, names(store));
                assertEquals(round < 2 ? 68 : 201, store.figures().condemnedObjects());
                store.compact();
                if (round == 1) {
                    store.undoTo(3);
                    store.lock(false);
                    all.clear();
                    // after event 3: 000 was put and condemned, 001 put
                    all.add("o/001 1");
                }
            }
        }
        assertEquals(List.of(), alerts);
    }

    @Test
    void aCompactionThatWasBrokenOffLeavesTheOldJournal() throws Exception {
        try (ClientStore store = open()) {
            put(store, "a", 1);
        }
        Files.write(folder.resolve("journal-0000000000000001"), "DPLOFFJ1".getBytes());
        try (ClientStore store = open()) {
            assertEquals(List.of("a 1"), names(store));
            store.compact();
            put(store, "b", 1);
        }
        // a snapshot without its journal is a loss, not a beginning
        Path journal = journal();
        byte[] bytes = Files.readAllBytes(journal);
        Files.delete(journal);
        DoppelException e = assertThrows(DoppelException.class, this::open);
        assertTrue(e.is(OffsiteError.STORE_DAMAGED), e.getMessage());
        Files.write(journal, bytes);
        open().close();
    }

    @Test
    void afterASnapshotOfWhichNobodyKnowsNothingIsAddedToTheOldJournal() throws Exception {
        try (ClientStore store = open()) {
            put(store, "a", 1);
            // the snapshot's name is taken: whatever the reason, it is not known to be ours
            Files.createDirectories(folder.resolve("snapshots"));
            Files.write(folder.resolve("snapshots/0000000000000001"), new byte[0]);
            assertThrows(DoppelException.class, store::compact);
            assertThrows(DoppelException.class, () -> put(store, "b", 1));
            assertEquals(List.of("a 1"), names(store));
        }
    }

    @Test
    void bytesWithoutAJournalEntryAreLeftOverAndMissingOnesAreTold() throws Exception {
        try (ClientStore store = open()) {
            put(store, "a", 1);
            put(store, "b", 2);
        }
        // what a crash leaves between the bytes and the journal
        Path orphan = folder.resolve(ClientStore.path(3));
        Files.createDirectories(orphan.getParent());
        Files.write(orphan, new byte[5]);
        try (ClientStore store = open()) {
            assertEquals(List.of("a 1", "b 2"), names(store));
        }
        assertTrue(Files.notExists(orphan));
        assertEquals(List.of(), alerts);
        Files.delete(folder.resolve(ClientStore.path(1)));
        Path foreign = folder.resolve("objects/ff/0000000000000000");
        Files.createDirectories(foreign.getParent());
        Files.write(foreign, new byte[5]);
        open().close();
        assertEquals(2, alerts.size(), alerts.toString());
        assertTrue(alerts.get(0).contains("'a'"), alerts.toString());
        assertTrue(Files.exists(foreign));
    }

    @Test
    void deletingThatWasBrokenOffIsFinished() throws Exception {
        try (ClientStore store = open()) {
            put(store, "a", 1);
            store.condemn("a");
            nanos.addAndGet(10_000_000_000L);
            store.purge(5_000);
        }
        // the crash came after the decision and before the bytes were gone
        byte[] whole = Files.readAllBytes(journal());
        int at = 8;
        int last = at;
        for (int length = ChangeFrames.length(whole, at); length > 0; length = ChangeFrames.length(whole, at)) {
            last = at;
            at += length;
        }
        Files.write(journal(), Arrays.copyOf(whole, last));
        Path bytes = folder.resolve(ClientStore.path(1));
        Files.createDirectories(bytes.getParent());
        Files.write(bytes, new byte[1]);
        open().close();
        assertTrue(Files.notExists(bytes));
        assertEquals(List.of(), alerts);
    }

    @Test
    void anAttemptThatWasSettledStoresNothingMore() throws Exception {
        try (ClientStore store = open()) {
            Attempt late = new Attempt(1, 1);
            Put open = store.put(new Attempt(2, 2), "a");
            open.write(new byte[3], 0, 3);
            assertEquals(false, store.settle(new Attempt(2, 2), "a"));
            assertThrows(VoidException.class, open::commit);
            open.close();
            assertEquals(false, store.settle(late, "a"));
            try (Put put = store.put(late, "a")) {
                put.write(new byte[3], 0, 3);
                assertThrows(VoidException.class, put::commit);
            }
            put(store, "a", 4);
            assertEquals(true, store.settle(new Attempt("a".hashCode(), 4), "a"));
            store.condemn("a");
            assertEquals(true, store.settle(new Attempt("a".hashCode(), 4), "a"));
            assertEquals(4, store.used());
        }
    }
}
