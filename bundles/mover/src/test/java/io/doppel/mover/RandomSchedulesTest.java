package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VerifyReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Backups, removals, purges and validations at random on real files, some of them cancelled, while another server takes the vault over
 * and the first one goes on: no version that was reported done is ever unreadable. {@code -Ddoppel.schedules=N} runs N rounds.
 */
class RandomSchedulesTest {
    private static final int SIZE = 1_500_000;
    private static final int BACKUPS = 8;
    private static final int PURGES = 6;
    /** What work may end with here. */
    private static final Set<ErrorCode> EXPECTED = Set.of(
            CommonError.CANCELLED,
            VaultError.LEASE_LOST,
            VaultError.NO_VERSION,
            VaultError.IN_USE,
            VaultError.MOVED_ON,
            VaultError.PACK_GONE,
            VaultError.CLOSED);

    @TempDir
    Path folder;

    private final Map<String, byte[]> done = new ConcurrentHashMap<>();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<byte[]> contents = new ArrayList<>();
    private volatile Vault vault;

    static List<Long> seeds() {
        List<Long> seeds = new ArrayList<>();
        long start = Long.getLong("doppel.schedules.seed", 1);
        for (long i = 0; i < Integer.getInteger("doppel.schedules", 20); i++) {
            seeds.add(start + i);
        }
        return seeds;
    }

    /** One thread's work, which may end with an expected failure at any time. */
    private interface Work {
        void run(Random random) throws DoppelException;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasReportedDoneStaysReadable(long seed) throws Exception {
        Random random = new Random(seed);
        byte[] content = Bytes.made(seed, SIZE);
        for (int i = 0; i < 6; i++) {
            contents.add(content);
            content = content.clone();
            byte[] noise = new byte[100_000 + random.nextInt(400_000)];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, content, random.nextInt(SIZE - noise.length), noise.length);
        }
        Path target = Files.createDirectory(folder.resolve("target"));
        try (Storage storage = LocalStorage.open(target);
                Vault first = Rig.create(storage, folder.resolve("first"))) {
            vault = first;
            char[] key = first.recoveryKey();
            List<Thread> threads = new ArrayList<>();
            threads.add(start(random.nextLong(), BACKUPS, this::backup));
            threads.add(start(random.nextLong(), BACKUPS, this::backup));
            threads.add(start(random.nextLong(), PURGES, this::purge));
            threads.add(start(random.nextLong(), 2, this::validate));
            if (seed % 2 == 0) {
                Thread.sleep(random.nextInt(600));
                vault = Vault.open(
                        storage,
                        folder.resolve("second"),
                        new VaultOwner("second", "second"),
                        VaultAccess.TAKE_OVER,
                        key);
            }
            for (Thread t : threads) {
                t.join();
            }
            if (vault != first) {
                vault.close();
            }
        }
        failures.forEach(Throwable::printStackTrace);
        assertEquals(List.of(), List.copyOf(failures));
        try (Storage storage = LocalStorage.open(target)) {
            Path state = folder.resolve(seed % 2 == 0 ? "second" : "first");
            VaultOwner owner = seed % 2 == 0 ? new VaultOwner("second", "second") : Rig.OWNER;
            try (Vault after = Vault.open(storage, state, owner, VaultAccess.ATTACH, new char[0])) {
                checkEverything(after);
                after.collect(new CollectOptions(0, 0), (phase, total, n) -> {}, Rig.NEVER);
                checkEverything(after);
            }
        }
    }

    private void checkEverything(Vault after) throws DoppelException {
        assertTrue(after.versionIds().containsAll(kept()), "a version that was reported done is not listed");
        for (String id : kept()) {
            assertArrayEquals(done.get(id), Rig.restore(after, id), id);
        }
        VerifyReport report = after.verify(List.of(), (total, n) -> {}, Rig.NEVER);
        assertTrue(report.clean(), report::toString);
    }

    private List<String> kept() {
        return done.keySet().stream()
                .filter(id -> !removed.contains(id))
                .sorted()
                .toList();
    }

    private Thread start(long seed, int times, Work work) {
        Random random = new Random(seed);
        Thread thread = new Thread(() -> {
            for (int i = 0; i < times; i++) {
                try {
                    work.run(random);
                } catch (DoppelException e) {
                    if (!EXPECTED.contains(e.code())) {
                        failures.add(e);
                    }
                } catch (RuntimeException | Error e) {
                    failures.add(e);
                }
            }
        });
        thread.start();
        return thread;
    }

    private void backup(Random random) throws DoppelException {
        Vault own = vault;
        int which = random.nextInt(contents.size());
        byte[] content = contents.get(which);
        List<String> kept = kept();
        if (kept.isEmpty() || random.nextBoolean()) {
            done.put(Rig.backup(own, new Bytes(content)).id(), content);
            return;
        }
        String base = kept.get(random.nextInt(kept.size()));
        List<ByteRange> changes = changes(done.get(base), content);
        if (own.noBaseReason(base, "d", Rig.NEVER).isEmpty()) {
            done.put(
                    Rig.backup(own, new Bytes(content), Optional.of(base), Optional.of(changes))
                            .id(),
                    content);
        }
    }

    /** The pages that differ. */
    private static List<ByteRange> changes(byte[] from, byte[] to) {
        List<ByteRange> changes = new ArrayList<>();
        for (int at = 0; at < from.length; at += 4096) {
            int end = Math.min(at + 4096, from.length);
            if (!Arrays.equals(from, at, end, to, at, end)) {
                changes.add(new ByteRange(at, end - at));
            }
        }
        return changes;
    }

    private void purge(Random random) throws DoppelException {
        Vault own = vault;
        List<String> kept = kept();
        List<String> gone = kept.stream()
                .limit(kept.size() / 2)
                .filter(id -> random.nextBoolean())
                .toList();
        if (!gone.isEmpty()) {
            // once it was asked for it may happen, whatever is reported
            removed.addAll(gone);
            own.remove(gone);
        }
        int[] left = {random.nextInt(3) > 0 ? Integer.MAX_VALUE : random.nextInt(150)};
        CollectOptions options = new CollectOptions(random.nextBoolean() ? 0 : 0.3, 0);
        own.collect(options, (phase, total, n) -> {}, new CountingCancel(left, new boolean[1]));
    }

    private void validate(Random random) throws DoppelException {
        Vault own = vault;
        VerifyReport report = own.verify(List.of(), (total, n) -> {}, Rig.NEVER);
        if (own == vault) {
            report.versions().forEach((id, problems) -> {
                if (!removed.contains(id) && !problems.isEmpty()) {
                    failures.add(new AssertionError(id + ": " + problems));
                }
            });
        }
    }
}
