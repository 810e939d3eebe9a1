package io.doppel.vault.internal.verify;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.Uninterruptibly;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyProgress;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.meta.KeyRing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Verifies many packs with several threads. For one use. */
final class PackPass {
    private final Storage storage;
    private final KeyRing keys;
    private final ChunkIndex index;
    private final VerifyProgress progress;
    private final CancelToken cancel;
    private final VerifyOptions options;
    private final Verifier.PackVerified onVerified;
    private final List<VerifyReport.Problem> problems = Collections.synchronizedList(new ArrayList<>());
    private final Set<Integer> badPacks = Collections.synchronizedSet(new HashSet<>());
    private final Set<Damage.Place> badRecords = Collections.synchronizedSet(new HashSet<>());
    private final AtomicLong done = new AtomicLong();
    private final AtomicInteger finished = new AtomicInteger();
    private volatile DoppelException failure;
    private long total;

    /** A pass; the caller's thread is one of those that work. */
    PackPass(
            Storage storage,
            KeyRing keys,
            ChunkIndex index,
            VerifyOptions options,
            Verifier.PackVerified onVerified,
            VerifyProgress progress,
            CancelToken cancel) {
        this.storage = storage;
        this.keys = keys;
        this.index = index;
        this.progress = progress;
        this.cancel = cancel;
        this.options = options;
        this.onVerified = onVerified;
    }

    /**
     * Verifies the packs.
     *
     * @throws DoppelException if not every pack could be verified; what is wrong with a pack is none of that
     */
    void run(Collection<Integer> packs) throws DoppelException {
        total = packs.stream().mapToLong(index::packSize).sum();
        Queue<Integer> queue = new ConcurrentLinkedQueue<>(packs);
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < options.threads(); i++) {
            Thread t = new Thread(() -> work(queue), "doppel-verify-" + i);
            t.setDaemon(true);
            t.start();
            helpers.add(t);
        }
        work(queue);
        Uninterruptibly.join(
                helpers,
                e -> failure = new DoppelException(CommonError.CANCELLED, "The verification was interrupted", e));
        if (failure != null) {
            throw failure;
        }
        // a pack that nobody came to the end of must not count as good, whatever ended the thread that had it
        if (finished.get() != packs.size()) {
            throw new DoppelException(
                    CommonError.INTERNAL,
                    "Verification failed: " + (packs.size() - finished.get()) + " packs were not verified");
        }
    }

    List<VerifyReport.Problem> problems() {
        return problems;
    }

    Damage damage() {
        return new Damage(badPacks, badRecords);
    }

    long bytes() {
        return done.get();
    }

    private void work(Queue<Integer> queue) {
        try (PackVerifier verifier = new PackVerifier(storage, keys)) {
            for (Integer pack = queue.poll(); pack != null; pack = queue.poll()) {
                check();
                one(verifier, pack);
                finished.incrementAndGet();
            }
        } catch (DoppelException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new DoppelException(CommonError.INTERNAL, "Verification failed: " + e, e);
        }
    }

    private void one(PackVerifier verifier, int pack) throws DoppelException {
        PackVerifier.Finding f = verifier.verify(
                index.packKind(pack),
                index.packName(pack),
                n -> {
                    progress.progress(total, Math.min(total, done.addAndGet(n)));
                    options.pace().read(n);
                },
                this::check);
        if (index.isCleared(pack)) {
            // a collection took it away meanwhile
            return;
        }
        String object = index.packObject(pack);
        Damage found = new Damage(
                f.whole() == null ? Set.of() : Set.of(pack),
                f.bad().stream().map(r -> new Damage.Place(pack, r.offset())).collect(Collectors.toSet()));
        badPacks.addAll(found.packs());
        badRecords.addAll(found.records());
        if (f.whole() != null) {
            problems.add(new VerifyReport.Problem(object, f.whole()));
        }
        f.reasons().forEach(r -> problems.add(new VerifyReport.Problem(object, r)));
        onVerified.pack(pack, found);
    }

    private void check() throws DoppelException {
        cancel.check();
        if (failure != null) {
            throw failure;
        }
    }
}
