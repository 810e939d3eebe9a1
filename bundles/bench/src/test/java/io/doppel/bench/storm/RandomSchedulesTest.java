package io.doppel.bench.storm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers that work by chance on real files, in every other round two of which one takes over from the other, which goes on: no version that
 * was reported done is ever unreadable. Here they are in one process; {@code bundles/bench/schedules} has them killed, stalled and cut off
 * from power, too. {@code -Ddoppel.schedules=N} runs N rounds.
 */
class RandomSchedulesTest {
    private static final VaultOwner FIRST = new VaultOwner("first", "first");
    private static final VaultOwner SECOND = new VaultOwner("second", "second");

    @TempDir
    Path folder;

    private final Promises promises = new Promises();

    static List<Long> seeds() {
        List<Long> seeds = new ArrayList<>();
        long start = Long.getLong("doppel.schedules.seed", 1);
        for (long i = 0; i < Integer.getInteger("doppel.schedules", 12); i++) {
            seeds.add(start + i);
        }
        return seeds;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasReportedDoneStaysReadable(long seed) throws Exception {
        Random random = new Random(seed);
        Contents contents = new Contents(seed);
        Path target = Files.createDirectory(folder.resolve("target"));
        boolean takenOver = seed % 2 == 0;
        try (Storage storage = LocalStorage.open(target);
                Vault vault = Vault.create(storage, folder.resolve("first"), FIRST, "zstd", new char[0])) {
            Server first = new Server(vault, contents, promises::say);
            List<Thread> threads = first.start(random, false);
            if (takenOver) {
                Thread.sleep(random.nextInt(600));
                takeOver(storage, vault.recoveryKey(), contents, random);
            }
            awaitEnd(first, threads);
        }
        VaultOwner owner = takenOver ? SECOND : FIRST;
        Path state = folder.resolve(owner.serverName());
        Inspection inspection = new Inspection(contents, promises);
        try (Storage storage = LocalStorage.open(target);
                Vault after = Vault.open(storage, state, owner, VaultAccess.ATTACH, new char[0])) {
            inspection.whole(after);
            inspection.purges(after, target);
            inspection.whole(after);
        }
    }

    private void takeOver(Storage storage, char[] key, Contents contents, Random random) throws Exception {
        try (Vault vault = Vault.open(storage, folder.resolve("second"), SECOND, VaultAccess.TAKE_OVER, key)) {
            Server second = new Server(vault, contents, promises::say);
            awaitEnd(second, second.start(random, false));
        }
    }

    private static void awaitEnd(Server server, List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        server.failures().forEach(Throwable::printStackTrace);
        assertEquals(List.of(), server.failures());
    }
}
