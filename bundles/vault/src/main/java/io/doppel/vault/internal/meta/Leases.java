package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** The objects under {@code lease/}. */
final class Leases {
    static final String FOLDER = "lease";
    private static final String CLOSING = ".closing";
    private static final String RELEASED = ".released";
    private static final String ASK = ".ask.";
    private static final String ANSWER = ".here.";
    private static final int DIGITS = 8;
    /** Newest epochs of which everything stays. */
    static final int KEPT = 8;
    /** Epochs that are deleted at once, so that nobody waits for long. */
    private static final int AT_ONCE = 32;

    private final SealedStore store;

    Leases(SealedStore store) {
        this.store = store;
    }

    static String name(long epoch) {
        return String.format("%s/%08x", FOLDER, epoch);
    }

    static String closingName(long epoch) {
        return name(epoch) + CLOSING;
    }

    static String releaseName(long epoch) {
        return name(epoch) + RELEASED;
    }

    /** Name of the question to the holder of an epoch. */
    static String askName(long epoch, String id) {
        return name(epoch) + ASK + id;
    }

    /** Name of the answer to a question. */
    static String answerName(long epoch, String id) {
        return name(epoch) + ANSWER + id;
    }

    /**
     * Which leases there are.
     *
     * @param taken epochs that have a lease
     * @param closed epochs whose holder has closed the epochs before
     * @param released epochs whose holder ended in peace
     */
    record Table(NavigableSet<Long> taken, NavigableSet<Long> closed, NavigableSet<Long> released) {
        /** The highest epoch of which there is anything; 0 if there is nothing. */
        long top() {
            return Math.max(last(taken), Math.max(last(closed), last(released)));
        }

        /** The highest epoch with a closing; 0 if there is none. */
        long topClosed() {
            return last(closed);
        }

        /** The highest epoch with a release; 0 if there is none. */
        long topReleased() {
            return last(released);
        }

        /** All epochs of which there is anything. */
        NavigableSet<Long> all() {
            NavigableSet<Long> all = new TreeSet<>(taken);
            all.addAll(closed);
            all.addAll(released);
            return all;
        }

        private static long last(NavigableSet<Long> set) {
            return set.isEmpty() ? 0 : set.last();
        }
    }

    Table table() throws DoppelException {
        return table(names());
    }

    /** Names below {@code lease/}, sorted. */
    List<String> names() throws DoppelException {
        return store.io().list(FOLDER);
    }

    static Table table(List<String> names) {
        return new Table(epochs(names, ""), epochs(names, CLOSING), epochs(names, RELEASED));
    }

    private static NavigableSet<Long> epochs(List<String> names, String ending) {
        NavigableSet<Long> epochs = new TreeSet<>();
        for (String name : names) {
            if (name.length() == DIGITS + ending.length() && name.endsWith(ending)) {
                String digits = name.substring(0, DIGITS);
                if (digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                    epochs.add(HexFormat.fromHexDigitsToLong(digits));
                }
            }
        }
        return epochs;
    }

    Lease lease(long epoch) throws DoppelException {
        Lease lease = store.read(Kind.LEASE, name(epoch), Lease.class).value();
        return check(name(epoch), epoch, lease.epoch(), lease);
    }

    Lease.Closing closing(long epoch) throws DoppelException {
        Lease.Closing closing = store.read(Kind.LEASE_CLOSING, closingName(epoch), Lease.Closing.class)
                .value();
        return check(closingName(epoch), epoch, closing.epoch(), closing);
    }

    Lease.Release release(long epoch) throws DoppelException {
        Lease.Release release = store.read(Kind.LEASE_RELEASE, releaseName(epoch), Lease.Release.class)
                .value();
        return check(releaseName(epoch), epoch, release.epoch(), release);
    }

    private static <T> T check(String name, long epoch, long found, T value) throws DoppelException {
        if (epoch != found) {
            throw Problems.damaged(name, "it is of epoch " + found);
        }
        return value;
    }

    /**
     * Deletes what there is of epochs below the given one and below the last that are kept, oldest first, and not very many at once.
     *
     * @param needed lowest epoch that decides about a head that is there; the caller's or one before
     * @param held the caller's
     */
    void prune(long needed, long held) throws DoppelException {
        long lowest = Math.min(needed, held - KEPT + 1);
        List<Long> old =
                table().all().headSet(lowest, false).stream().limit(AT_ONCE).toList();
        for (long epoch : old) {
            // in this order what is left of it after a crash looks like an epoch that was broken off
            store.io().delete(releaseName(epoch));
            store.io().delete(closingName(epoch));
            store.io().delete(name(epoch));
        }
    }

    void put(Lease lease) throws DoppelException {
        store.put(Kind.LEASE, name(lease.epoch()), lease);
    }

    void put(Lease.Closing closing) throws DoppelException {
        store.put(Kind.LEASE_CLOSING, closingName(closing.epoch()), closing);
    }

    void put(Lease.Release release) throws DoppelException {
        store.put(Kind.LEASE_RELEASE, releaseName(release.epoch()), release);
    }
}
