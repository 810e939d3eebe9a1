package io.doppel.mover;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService.Subscription;
import io.doppel.vault.Uninterruptibly;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Works on all disks of a machine at once: takes segments from them in turn and gives them to its threads. Each thread reads, cuts,
 * identifies, compresses, encrypts and writes a segment by itself, so nothing is queued and memory is bounded by the number of threads
 * (about 9 MiB each); slow storage holds the threads up, which is the back pressure.
 */
final class Mover {
    private static final int MOST_THREADS = 16;

    private final CancelToken cancel;
    private final List<DiskWork> works;
    private final int[] running;
    private final boolean[] exhausted;
    private int turn;
    private volatile DoppelException failure;

    Mover(List<? extends DiskWork> works, CancelToken cancel) {
        this.works = List.copyOf(works);
        this.cancel = cancel;
        this.running = new int[works.size()];
        this.exhausted = new boolean[works.size()];
    }

    /** Does all the work; throws what failed first after every thread has stopped. What waits is ended by a cancel or a failure. */
    void run() throws DoppelException {
        try (Subscription onCancel = cancel.onCancel(this::interrupt)) {
            move();
        } catch (DoppelException e) {
            // What was interrupted may say so in its own words.
            cancel.check();
            throw e;
        }
    }

    private void interrupt() {
        works.forEach(DiskWork::interrupt);
    }

    private void move() throws DoppelException {
        int wanted = works.stream().mapToInt(DiskWork::parallelism).sum();
        int threads = Math.min(MOST_THREADS, Math.max(Runtime.getRuntime().availableProcessors(), wanted));
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            Thread t = new Thread(this::work, "doppel-mover-" + i);
            t.setDaemon(true);
            t.start();
            helpers.add(t);
        }
        work();
        Uninterruptibly.join(
                helpers, e -> fail(new DoppelException(CommonError.CANCELLED, "The transfer was interrupted", e)));
        if (failure != null) {
            throw failure;
        }
        for (DiskWork w : works) {
            w.finish();
        }
    }

    /** Throws if work shall stop: somebody cancelled it, or another thread failed. */
    void check() throws DoppelException {
        cancel.check();
        if (failure != null) {
            throw failure;
        }
    }

    private void work() {
        try (Workspace workspace = new Workspace()) {
            while (true) {
                check();
                int index = take();
                if (index < 0) {
                    return;
                }
                Optional<Segment> segment = next(index);
                try {
                    if (segment.isPresent()) {
                        works.get(index).process(segment.get(), workspace);
                    }
                } finally {
                    done(index);
                }
            }
        } catch (DoppelException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(new DoppelException(CommonError.INTERNAL, "The data path failed: " + e, e));
        }
    }

    private void fail(DoppelException e) {
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = e;
        }
        interrupt();
    }

    /** The work with the fewest segments under way that has more, in turn; −1 if none has. */
    private synchronized int take() {
        int best = -1;
        for (int k = 0; k < works.size(); k++) {
            int i = (turn + k) % works.size();
            if (!exhausted[i] && (best < 0 || running[i] < running[best])) {
                best = i;
            }
        }
        if (best >= 0) {
            running[best]++;
            turn = best + 1;
        }
        return best;
    }

    private synchronized void done(int index) {
        running[index]--;
    }

    private Optional<Segment> next(int index) throws DoppelException {
        DiskWork work = works.get(index);
        synchronized (work) {
            Optional<Segment> segment = work.next();
            if (segment.isEmpty()) {
                synchronized (this) {
                    exhausted[index] = true;
                }
            }
            return segment;
        }
    }
}
