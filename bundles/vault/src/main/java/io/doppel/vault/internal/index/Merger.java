package io.doppel.vault.internal.index;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.Uninterruptibly;
import io.doppel.vault.VaultError;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Merges index segments of an open vault in the background, with one thread that is there only while there is something to merge. What goes
 * wrong is a warning: everything stays as it was, or objects are left that nothing lists. Safe for several threads.
 */
public final class Merger implements AutoCloseable {
    /** Publications to wait for after a merge for which there was no room. */
    static final int FIRST_PAUSE = 8;

    private static final int LONGEST_PAUSE = 256;

    private final OpenIndex index;
    private final Supplier<? extends Collection<String>> listed;
    private final Publication publication;
    private final Predicate<String> gone;
    private final Consumer<String> warnings;
    /** Segments with which a merge failed. */
    private final Set<String> avoided = new HashSet<>();

    private Thread thread;
    private boolean again;
    /** How often it is woken for nothing after the last merge, for which there was no room; 0 if that ended well. */
    private int pause;
    /** What is left of that. */
    private int resting;

    private volatile boolean closed;

    /** Publishes what a merge changes. */
    @FunctionalInterface
    public interface Publication {
        /** Lists the new segment in the place of the old ones; on return that counts. */
        void replace(Collection<String> old, OpenIndex.Written merged) throws DoppelException;
    }

    /**
     * For an open vault.
     *
     * @param listed names of the segments that the newest head lists
     * @param gone tells by name which packs are not there any more
     * @param warnings told what went wrong, in a sentence
     */
    public Merger(
            OpenIndex index,
            Supplier<? extends Collection<String>> listed,
            Publication publication,
            Predicate<String> gone,
            Consumer<String> warnings) {
        this.index = index;
        this.listed = listed;
        this.publication = publication;
        this.gone = gone;
        this.warnings = warnings;
    }

    /** Looks whether there is something to merge, beside the caller; after a merge for which there was no room not for some calls. */
    public synchronized void wake() {
        if (closed || plan().isEmpty()) {
            return;
        }
        if (resting > 0) {
            resting--;
            return;
        }
        again = true;
        if (thread == null) {
            Thread fresh = new Thread(this::run, "doppel-vault-merge");
            fresh.setDaemon(true);
            fresh.start();
            // only once it runs: nobody must wait for one that the system did not give
            thread = fresh;
        }
    }

    private List<String> plan() {
        return index.toMerge(listed.get(), avoided);
    }

    /** Whether the thread has to look once more; otherwise it is none any more. */
    private synchronized boolean goesOn() {
        boolean goesOn = again && !closed;
        again = false;
        if (!goesOn) {
            thread = null;
            notifyAll();
        }
        return goesOn;
    }

    private void run() {
        while (goesOn()) {
            try {
                for (List<String> names = planned(); !names.isEmpty(); names = planned()) {
                    merge(names);
                }
            } catch (DoppelException e) {
                if (!isNoRoom(e) || rest()) {
                    failed(e.code().id() + ": Index segments were not merged: " + e.what());
                }
            } catch (RuntimeException | Error e) {
                failed(CommonError.INTERNAL.id() + ": Index segments were not merged: " + e);
            }
        }
    }

    /** Whether a further attempt would write as much again for nothing. */
    private static boolean isNoRoom(DoppelException e) {
        return e.is(VaultError.LOCAL_INDEX) || e.is(StorageError.FULL);
    }

    /** Rests for twice as long as the last time; whether that is the first in a row. */
    private synchronized boolean rest() {
        boolean first = pause == 0;
        pause = first ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
        resting = pause;
        return first;
    }

    private void failed(String warning) {
        if (!closed) {
            warnings.accept(warning);
        }
    }

    private synchronized List<String> planned() {
        return closed || resting > 0 ? List.of() : plan();
    }

    private void merge(List<String> names) throws DoppelException {
        OpenIndex.Written merged;
        try {
            merged = index.merge(names, gone, this::check);
        } catch (SegmentProblem e) {
            // what is wrong with it is found and made good at the next opening, if not by then
            avoid(e.segment());
            index.distrust(List.of(e.segment()));
            warnings.accept(e.code().id() + ": " + e.what() + "; it is made again when the vault is opened next");
            return;
        }
        publication.replace(names, merged);
        merged();
        index.delete(names);
    }

    private synchronized void merged() {
        pause = 0;
    }

    private synchronized void avoid(String segment) {
        avoided.add(segment);
    }

    private void check() throws DoppelException {
        if (closed) {
            throw new DoppelException(CommonError.CANCELLED, "The vault is being closed");
        }
    }

    /** Waits until nothing is being merged. */
    public synchronized void await() {
        Uninterruptibly.await(this, () -> thread == null);
    }

    /** Ends a merge at its next block, unless it is being published already. */
    @Override
    public void close() {
        closed = true;
        await();
    }
}
