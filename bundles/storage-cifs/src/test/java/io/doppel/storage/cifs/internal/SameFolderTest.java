package io.doppel.storage.cifs.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.local.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One folder reached as a share and as a folder, by several at once. */
class SameFolderTest {
    @TempDir
    Path folder;

    private Nas nas;

    @BeforeEach
    void start() throws Exception {
        nas = Nas.start(folder);
        Files.createDirectory(nas.store().resolve("vaults"));
    }

    @AfterEach
    void stop() throws Exception {
        nas.close();
    }

    private Path vault() {
        return nas.store().resolve("vaults/one");
    }

    private Set<String> temporaries() throws IOException {
        try (var files = Files.list(vault().resolve(".tmp"))) {
            Set<String> names = new HashSet<>();
            files.forEach(file -> names.add(file.getFileName().toString()));
            return names;
        }
    }

    /** The server notices a little later that a client left. */
    private void awaitNoTemporaries() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!temporaries().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertEquals(Set.of(), temporaries());
    }

    private static void put(Storage storage, String name, byte[] content) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            writer.write(content, 0, content.length);
            writer.commit();
        }
    }

    private static byte[] get(Storage storage, String name) throws DoppelException {
        byte[] content = new byte[(int) storage.stat(name).orElseThrow().size()];
        storage.read(name, 0, content, 0, content.length);
        return content;
    }

    @Test
    void whatOneWayStoresTheOtherHas() throws Exception {
        try (Storage share = nas.open();
                Storage local = LocalStorage.open(vault())) {
            put(share, "data/0f/a", WireTest.bytes(100_000, 1));
            put(local, "data/0f/b", WireTest.bytes(100_000, 2));
            for (Storage storage : List.of(share, local)) {
                assertArrayEquals(WireTest.bytes(100_000, 1), get(storage, "data/0f/a"));
                assertArrayEquals(WireTest.bytes(100_000, 2), get(storage, "data/0f/b"));
                List<String> told = new ArrayList<>();
                storage.list("", info -> told.add(info.name()));
                assertEquals(Set.of("data/0f/a", "data/0f/b"), new HashSet<>(told));
                assertEquals(2, told.size());
            }
            share.delete("data/0f/b");
            local.delete("data/0f/a");
            local.list("", info -> {
                throw new AssertionError(info);
            });
            share.list("", info -> {
                throw new AssertionError(info);
            });
        }
    }

    @Test
    void ofWritersByEitherWayExactlyOneWins() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (Storage first = nas.open();
                Storage second = nas.open();
                Storage local = LocalStorage.open(vault())) {
            List<Storage> ways = List.of(first, local, second, local);
            for (int round = 0; round < 40; round++) {
                String name = "race/" + round;
                CyclicBarrier start = new CyclicBarrier(ways.size());
                AtomicInteger winner = new AtomicInteger(-1);
                AtomicInteger winners = new AtomicInteger();
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < ways.size(); i++) {
                    int racer = i;
                    all.add(pool.submit(() -> {
                        try (ObjectWriter writer = ways.get(racer).put(name)) {
                            writer.write(WireTest.bytes(1000, racer), 0, 1000);
                            start.await(60, TimeUnit.SECONDS);
                            writer.commit();
                            winner.set(racer);
                            winners.incrementAndGet();
                        } catch (DoppelException e) {
                            assertTrue(e.is(StorageError.EXISTS), e::getMessage);
                        }
                        return null;
                    }));
                }
                for (Future<?> one : all) {
                    one.get(60, TimeUnit.SECONDS);
                }
                assertEquals(1, winners.get(), "winners of round " + round);
                assertArrayEquals(WireTest.bytes(1000, winner.get()), get(first, name));
                assertArrayEquals(WireTest.bytes(1000, winner.get()), get(local, name));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void neitherWaySweepsWhatALivingWriterOfTheOtherHas() throws Exception {
        try (Storage share = nas.open();
                Storage local = LocalStorage.open(vault())) {
            ObjectWriter byShare = share.put("by/share");
            byShare.write(WireTest.bytes(2_000_000, 3), 0, 2_000_000);
            ObjectWriter byLocal = local.put("by/local");
            byLocal.write(WireTest.bytes(2_000_000, 4), 0, 2_000_000);
            // Each sweeps what it takes for dead.
            nas.open().close();
            Process other = io.doppel.tck.ChildJvm.start(LocalOpenMain.class, vault().toString());
            assertTrue(other.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, other.exitValue());
            byShare.commit();
            byLocal.commit();
            assertArrayEquals(WireTest.bytes(2_000_000, 3), get(local, "by/share"));
            assertArrayEquals(WireTest.bytes(2_000_000, 4), get(share, "by/local"));
        }
        awaitNoTemporaries();
    }

    /** Opens a folder in another process, where the locks of the test's own process count. */
    static final class LocalOpenMain {
        public static void main(String[] arguments) throws Exception {
            LocalStorage.open(Path.of(arguments[0])).close();
        }
    }

    @Test
    void leftoversOfTheDeadAreSwept() throws Exception {
        CifsStorage dying = nas.open();
        dying.put("unfinished").write(WireTest.bytes(3_000_000, 5), 0, 3_000_000);
        Set<String> alive = temporaries();
        assertEquals(2, alive.size());
        nas.samba().kill();
        nas.samba().start();
        // Nobody removed anything: client and server died at once.
        assertEquals(alive, temporaries());
        try (CifsStorage next = nas.open()) {
            next.put("mine").close();
            Set<String> now = temporaries();
            now.removeIf(name -> name.endsWith(Link.LOCK) && !alive.contains(name));
            assertEquals(Set.of(), now);
        }
        dying.close();
    }

    @Test
    void aNameThatADeadWriterGaveStaysAndIsMadeDurable() throws Exception {
        CifsStorage dying = nas.open();
        put(dying, "data/known", new byte[1]);
        dying.put("unfinished").write(new byte[10], 0, 10);
        nas.samba().kill();
        String temp = temporaries().stream()
                .filter(name -> !name.endsWith(Link.LOCK))
                .findFirst()
                .orElseThrow();
        // What a writer leaves that is killed between naming and flushing the name.
        Files.createLink(vault().resolve("data/named"), vault().resolve(".tmp").resolve(temp));
        nas.samba().start();
        try (Wire wire = Wire.to(nas.samba().port())) {
            wire.record();
            try (CifsStorage next = nas.open("port=" + wire.port())) {
                long flushes = wire.requests().stream()
                        .filter(m -> m.command() == Wire.FLUSH)
                        .count();
                // The folder, the one in it, and the trial file.
                assertEquals(3, flushes);
                assertTrue(next.stat("data/named").isPresent());
            }
        }
        dying.close();
        awaitNoTemporaries();
    }

    @Test
    void aServerThatDiesAndReturnsIsUsedAgain() throws Exception {
        try (CifsStorage storage = nas.open()) {
            put(storage, "object", WireTest.bytes(1000, 6));
            ObjectWriter open = storage.put("other");
            open.write(WireTest.bytes(3_000_000, 7), 0, 3_000_000);
            nas.samba().kill();
            WireTest.fails(StorageError.UNREACHABLE, () -> storage.stat("object"));
            WireTest.fails(StorageError.UNREACHABLE, open::commit);
            open.close();
            nas.samba().start();
            assertArrayEquals(WireTest.bytes(1000, 6), get(storage, "object"));
            assertTrue(storage.stat("other").isEmpty());
            put(storage, "other", WireTest.bytes(1000, 8));
            assertArrayEquals(WireTest.bytes(1000, 8), get(storage, "other"));
        }
    }

    @Test
    void aFolderThatIsNoLongerTheSameIsNotEmpty() throws Exception {
        try (CifsStorage storage = nas.open()) {
            put(storage, "object", WireTest.bytes(1000, 9));
            Path away = vault().resolveSibling("away");
            Files.move(vault(), away);
            WireTest.fails(StorageError.UNREACHABLE, () -> storage.stat("object"));
            Files.createDirectory(vault());
            WireTest.fails(StorageError.UNREACHABLE, () -> storage.stat("object"));
            WireTest.fails(StorageError.UNREACHABLE, () -> storage.list("", info -> {}));
            WireTest.fails(StorageError.UNREACHABLE, () -> put(storage, "new", new byte[1]));
            Files.delete(vault());
            Files.move(away, vault());
            assertArrayEquals(WireTest.bytes(1000, 9), get(storage, "object"));
        }
    }

    @Test
    void linksOnTheServerAreNotFollowed() throws Exception {
        try (CifsStorage storage = nas.open()) {
            put(storage, "data/object", WireTest.bytes(1000, 10));
            Files.createSymbolicLink(vault().resolve("data/link"), folder.resolve("smbd/smb.conf"));
            DoppelException e = org.junit.jupiter.api.Assertions.assertThrows(
                    DoppelException.class, () -> storage.read("data/link", 0, new byte[1], 0, 1));
            assertTrue(e.is(StorageError.DENIED) || e.is(StorageError.NOT_FOUND), e::getMessage);
        }
    }
}
