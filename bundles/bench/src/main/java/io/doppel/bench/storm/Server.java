package io.doppel.bench.storm;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.api.vault.KeySlotView;
import io.doppel.bench.OneDisk;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultKeys;
import io.doppel.vault.VerifyReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * A server that works on an open vault by chance, in several threads: backups of everything or of changes, removals and purges some of
 * which are cancelled, validations, restores, key changes. It goes on whatever happens to the vault, as a server would that does not know
 * that another one took over.
 */
public final class Server {
    /** What work may end with when a purge, a removal, a cancellation or another server came in between. */
    private static final Set<ErrorCode> EXPECTED = Set.of(
            CommonError.CANCELLED,
            VaultError.LEASE_LOST,
            VaultError.NO_VERSION,
            VaultError.IN_USE,
            VaultError.MOVED_ON,
            VaultError.PACK_GONE);

    private static final int VERSIONS = 8;
    private static final String SLOT = "storm-";

    private final Vault vault;
    private final Contents contents;
    private final Consumer<String> says;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /**
     * A server.
     *
     * @param says told of what {@link Promises} understands, and of {@code broken-off PURGE CODE} and the like; by several threads
     */
    public Server(Vault vault, Contents contents, Consumer<String> says) {
        this.vault = vault;
        this.contents = contents;
        this.says = says;
    }

    private interface Task {
        void run(Random random) throws DoppelException;
    }

    /**
     * Starts to work.
     *
     * @param slots whether passphrase slots come and go too, which takes seconds of processor time
     */
    public List<Thread> start(Random random, boolean slots) {
        List<Thread> threads = new ArrayList<>();
        threads.add(start(random.nextLong(), 4, Work.BACKUP, this::backup));
        threads.add(start(random.nextLong(), 4, Work.BACKUP, this::backup));
        threads.add(start(random.nextLong(), 4, Work.REMOVE, this::removeAndPurge));
        threads.add(start(random.nextLong(), 1, Work.VALIDATE, this::validate));
        threads.add(start(random.nextLong(), 3, Work.RESTORE, this::restore));
        threads.add(start(random.nextLong(), 2, Work.KEYS, r -> changeKeys(r, slots)));
        return threads;
    }

    /** What failed that should not; complete when the threads have ended. */
    public List<Throwable> failures() {
        return List.copyOf(failures);
    }

    private Thread start(long seed, int times, Work work, Task task) {
        Random random = new Random(seed);
        Thread thread = new Thread(
                () -> {
                    for (int i = 0; i < times; i++) {
                        work.begins();
                        try {
                            task.run(random);
                        } catch (DoppelException e) {
                            end(e);
                        } catch (RuntimeException | Error e) {
                            failures.add(e);
                        }
                    }
                },
                work.name());
        thread.start();
        return thread;
    }

    private void end(DoppelException e) {
        if (EXPECTED.contains(e.code()) || isLost()) {
            says.accept("broken-off " + Work.current() + " " + e.code().id());
        } else {
            failures.add(e);
        }
    }

    /** Whether another server took over, so that what we read may be gone. */
    private boolean isLost() {
        try {
            vault.begin().close();
            return false;
        } catch (DoppelException e) {
            return e.is(VaultError.LEASE_LOST);
        }
    }

    private void backup(Random random) throws DoppelException {
        int content = contents.any(random);
        List<String> versions = vault.versionIds();
        if (versions.isEmpty() || random.nextBoolean()) {
            store(content, Optional.empty());
            return;
        }
        String base = versions.get(random.nextInt(versions.size()));
        if (vault.noBaseReason(base, OneDisk.KEY, CancelToken.NEVER).isEmpty()) {
            store(content, Optional.of(base));
        }
    }

    private void store(int content, Optional<String> base) throws DoppelException {
        Optional<Integer> from = Optional.empty();
        if (base.isPresent()) {
            from = Optional.of(Inspection.numberOf(vault, base.get()));
        }
        String id = OneDisk.backup(
                        vault,
                        contents.disk(content),
                        Integer.toString(content),
                        base,
                        from.map(number -> contents.changes(number, content)))
                .id();
        says.accept("done " + id + " " + content);
    }

    private void removeAndPurge(Random random) throws DoppelException {
        List<String> versions = vault.versionIds();
        boolean many = versions.size() > VERSIONS;
        List<String> some = versions.stream()
                .limit(many ? versions.size() - 2 : versions.size() / 2)
                .filter(id -> many || random.nextBoolean())
                .toList();
        if (!some.isEmpty()) {
            remove(some);
        }
        Work.PURGE.begins();
        int checks = random.nextInt(3) > 0 ? Integer.MAX_VALUE : random.nextInt(150);
        vault.collect(
                new CollectOptions(random.nextBoolean() ? 0 : 0.3, 0),
                (phase, total, done) -> {},
                new CancelAfter(checks));
        says.accept("purged");
    }

    private void remove(List<String> ids) throws DoppelException {
        // once it was asked for it may happen, whatever is reported
        says.accept("removing " + String.join(" ", ids));
        try {
            vault.remove(ids);
            says.accept("removed " + String.join(" ", ids));
        } catch (DoppelException e) {
            end(e);
        }
    }

    private void validate(Random random) throws DoppelException {
        VerifyReport report = vault.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
        if (report.clean() || isLost()) {
            return;
        }
        List<String> listed = vault.versionIds();
        for (Map.Entry<String, List<String>> version : report.versions().entrySet()) {
            if (!version.getValue().isEmpty() && listed.contains(version.getKey())) {
                throw new Violation("validation of " + version.getKey() + ": " + version.getValue());
            }
        }
    }

    private void restore(Random random) throws DoppelException {
        List<String> versions = vault.versionIds();
        if (!versions.isEmpty()) {
            String id = versions.get(random.nextInt(versions.size()));
            Inspection.compare(vault, id, contents, Inspection.numberOf(vault, id));
        }
    }

    private void changeKeys(Random random, boolean slots) throws DoppelException {
        VaultKeys keys = vault.keys();
        int choice = random.nextInt(slots ? 4 : 3);
        if (choice == 0) {
            keys.startEpoch();
        } else if (choice < 3) {
            keys.rotateMachineKey();
        } else {
            for (KeySlotView slot : keys.slots()) {
                if (slot.label().startsWith(SLOT)) {
                    keys.remove(slot.id());
                    return;
                }
            }
            keys.addPassphrase(SLOT + random.nextInt(1 << 30), "a storm of keys".toCharArray());
        }
    }

    /** Cancels when it was asked so many times. */
    private static final class CancelAfter implements CancelToken {
        private int left;
        private boolean cancelled;

        CancelAfter(int left) {
            this.left = left;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public void check() throws DoppelException {
            if (left-- <= 0) {
                cancelled = true;
                throw new DoppelException(CommonError.CANCELLED, "Cancelled by chance");
            }
        }

        @Override
        public Subscription onCancel(Runnable action) {
            return () -> {};
        }
    }
}
