package io.doppel.vault.internal.verify;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VerifyProgress;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.RecordInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Verifies many packs with a thread for each processor. */
final class PackPass {
    private final Storage storage;
    private final KeyRing keys;
    private final ChunkIndex index;
    private final VerifyProgress progress;
    private final CancelToken cancel;
    private final List<VerifyReport.Problem> problems = Collections.synchronizedList(new ArrayList<>());
    private final Set<Integer> badPacks = Collections.synchronizedSet(new HashSet<>());
    private final Set<Damage.Place> badRecords = Collections.synchronizedSet(new HashSet<>());
    private final AtomicLong done = new AtomicLong();
    private volatile DoppelException failure;
    private long total;

    PackPass(Storage storage, KeyRing keys, ChunkIndex index, VerifyProgress progress, CancelToken cancel) {
        this.storage = storage;
        this.keys = keys;
        this.index = index;
        this.progress = progress;
        this.cancel = cancel;
    }

    void run(Collection<Integer> packs) throws DoppelException {
        total = packs.stream().mapToLong(index::packSize).sum();
        Queue<Integer> queue = new ConcurrentLinkedQueue<>(packs);
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread t = new Thread(() -> work(queue), "doppel-verify-" + i);
            t.setDaemon(true);
            t.start();
            threads.add(t);
        }
        work(queue);
        boolean interrupted = false;
        for (Thread t : threads) {
            while (t.isAlive()) {
                try {
                    t.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    failure = new DoppelException(CommonError.CANCELLED, "The verification was interrupted", e);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
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
            }
        } catch (DoppelException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = new DoppelException(CommonError.INTERNAL, "Verification failed", e);
        }
    }

    private void one(PackVerifier verifier, int pack) throws DoppelException {
        PackVerifier.Finding f = verifier.verify(
                index.packKind(pack),
                index.packName(pack),
                n -> progress.progress(total, Math.min(total, done.addAndGet(n))),
                this::check);
        String object = index.packObject(pack);
        if (f.whole() != null) {
            badPacks.add(pack);
            problems.add(new VerifyReport.Problem(object, f.whole()));
        }
        f.reasons().forEach(r -> problems.add(new VerifyReport.Problem(object, r)));
        for (RecordInfo r : f.bad()) {
            badRecords.add(new Damage.Place(pack, r.offset()));
        }
    }

    private void check() throws DoppelException {
        cancel.check();
        if (failure != null) {
            throw failure;
        }
    }
}
