package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import java.security.SecureRandom;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects under {@code reserve/} (docs/vault-format.md §14): room on the target for what must be written before space can be given back.
 * Safe for several threads.
 */
public final class Reserve {
    /** Bytes of the whole reserve. */
    public static final long BYTES = 8L << 20;

    static final String FOLDER = "reserve";
    private static final int PIECES = 8;
    private static final int PIECE = (int) (BYTES / PIECES);

    private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);

    private final ObjectIo io;
    /** Those who gave up some of it and have not done yet what they need the room for. */
    private final AtomicInteger users = new AtomicInteger();
    /** How often some of it was given up. */
    private final AtomicInteger losses = new AtomicInteger();
    /** At how many {@link #losses} all of it was there; if there are more by now, it has to be looked at again. */
    private volatile int wholeAt = -1;

    Reserve(ObjectIo io) {
        this.io = io;
    }

    /** Something to write, which has not happened if it fails with {@link StorageError#FULL}. */
    @FunctionalInterface
    public interface Write<T> {
        /** Does it. */
        T run() throws DoppelException;
    }

    /** As {@link Write}, without a result. */
    @FunctionalInterface
    public interface Step {
        /** Does it. */
        void run() throws DoppelException;
    }

    /** As {@link #withRoom(Write)}. */
    public void withRoom(Step step) throws DoppelException {
        withRoom(() -> {
            step.run();
            return null;
        });
    }

    /**
     * Writes; as long as the target is too full for that, gives up one piece after the other and tries again.
     *
     * @throws DoppelException what the write throws; {@link StorageError#FULL} says what a person can do
     */
    public <T> T withRoom(Write<T> write) throws DoppelException {
        try {
            return write.run();
        } catch (DoppelException e) {
            if (!e.is(StorageError.FULL)) {
                throw e;
            }
            users.incrementAndGet();
            try {
                return givingUp(write, e);
            } finally {
                users.decrementAndGet();
            }
        }
    }

    private <T> T givingUp(Write<T> write, DoppelException failure) throws DoppelException {
        DoppelException full = failure;
        // also if nothing is there: somebody may have deleted it by hand
        losses.incrementAndGet();
        // listed once: a target that goes on listing what was deleted must not keep us here
        Iterator<String> pieces = there(full).iterator();
        while (pieces.hasNext()) {
            giveUp(pieces.next(), full);
            try {
                return write.run();
            } catch (DoppelException e) {
                if (!e.is(StorageError.FULL)) {
                    throw e;
                }
                full = e;
            }
        }
        throw noRoom(full);
    }

    private List<String> there(DoppelException full) throws DoppelException {
        try {
            return stored();
        } catch (DoppelException e) {
            full.addSuppressed(e);
            throw noRoom(full);
        }
    }

    private void giveUp(String piece, DoppelException full) throws DoppelException {
        LOG.warn("The target is full: '{}' is given up to make room", name(piece));
        try {
            io.delete(name(piece));
        } catch (DoppelException e) {
            full.addSuppressed(e);
            throw noRoom(full);
        }
    }

    private static DoppelException noRoom(DoppelException full) {
        return new DoppelException(
                StorageError.FULL,
                "The storage target is full, and nothing is left of the " + (BYTES >> 20)
                        + " MiB that the vault keeps there for removing versions and for purging. Delete something else on it,"
                        + " some MiB are enough, or enlarge it; then try again",
                full);
    }

    /**
     * Puts what is missing; that it cannot be put is no failure.
     *
     * @return false if the target is too full for it, so that nothing but what gives back space should write there
     */
    public synchronized boolean fill() {
        int now = losses.get();
        if (wholeAt == now) {
            return true;
        }
        try {
            List<String> there = stored();
            for (int i = 0; i < PIECES; i++) {
                if (users.get() > 0) {
                    return false;
                }
                if (!there.contains(piece(i))) {
                    put(piece(i));
                }
            }
            wholeAt = now;
        } catch (DoppelException e) {
            LOG.warn("The vault's reserve of {} MiB on the target is not whole: {}", BYTES >> 20, e.what());
            return !e.is(StorageError.FULL);
        }
        return true;
    }

    private void put(String piece) throws DoppelException {
        // no two are the same, and none gets smaller, whatever the target does to save space
        byte[] noise = new byte[PIECE];
        new SplittableRandom(new SecureRandom().nextLong()).nextBytes(noise);
        try {
            io.put(name(piece), noise);
        } catch (DoppelException e) {
            if (!e.is(StorageError.EXISTS)) {
                throw e;
            }
        }
    }

    private List<String> stored() throws DoppelException {
        return io.list(FOLDER).stream().filter(n -> n.matches("0[0-7]")).toList();
    }

    private static String piece(int i) {
        return String.format("%02x", i);
    }

    private static String name(String piece) {
        return FOLDER + "/" + piece;
    }
}
