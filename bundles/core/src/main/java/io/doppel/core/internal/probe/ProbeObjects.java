package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.zip.CRC32C;

/**
 * The objects of one test: {@code probe/<installation>/<test>-<object>}, so that however many tests there were leaves no more than two empty
 * folders where objects are files. Everything that may have got a name is
 * remembered, so that it can be removed. Safe for several threads.
 */
final class ProbeObjects {
    /** Vaults pass over what is below it. */
    static final String PREFIX = "probe";

    private static final int PIECE = 1 << 20;

    private final Storage storage;
    private final String folder;
    private final String prefix;
    private final CancelToken cancel;
    private final Set<String> names = new ConcurrentSkipListSet<>();

    ProbeObjects(Storage storage, String installation, String test, CancelToken cancel) {
        this.storage = storage;
        this.folder = PREFIX + "/" + installation;
        this.prefix = folder + "/" + test + "-";
        this.cancel = cancel;
    }

    /**
     * An object as it was put.
     *
     * @param name its whole name
     * @param bytes its size
     * @param crc CRC32C of its content
     */
    record Made(String name, long bytes, long crc) {}

    /** Told of each piece of an object that went there or came back. */
    interface More {
        /** Whether another one shall follow. */
        boolean after(int bytes);
    }

    Storage storage() {
        return storage;
    }

    CancelToken cancel() {
        return cancel;
    }

    /** With which all names of this test begin, and no others. */
    String prefix() {
        return prefix;
    }

    /** A name of this test that will be removed, whatever becomes of it. */
    String name(String last) {
        String name = prefix + last;
        names.add(name);
        return name;
    }

    /** Puts an object of random bytes, which nothing can compress or find to be known. */
    Made put(String last, long bytes) throws DoppelException {
        return put(last, bytes, piece -> true);
    }

    /**
     * As {@link #put(String, long)}, up to that size, in pieces of a MiB.
     */
    Made put(String last, long most, More more) throws DoppelException {
        String name = name(last);
        CRC32C crc = new CRC32C();
        SplittableRandom random = new SplittableRandom();
        byte[] piece = new byte[(int) Math.min(PIECE, most)];
        long done = 0;
        try (ObjectWriter writer = storage.put(name)) {
            boolean next = true;
            while (next && done < most) {
                cancel.check();
                int length = (int) Math.min(piece.length, most - done);
                random.nextBytes(piece);
                crc.update(piece, 0, length);
                writer.write(piece, 0, length);
                done += length;
                next = more.after(length);
            }
            cancel.check();
            writer.commit();
        }
        return new Made(name, done, crc.getValue());
    }

    /** Reads an object as far as wanted; whether what came is what was put, if it was read to its end. */
    boolean isWhole(Made made, int atOnce, More more) throws DoppelException {
        CRC32C crc = new CRC32C();
        byte[] buffer = new byte[(int) Math.min(atOnce, Math.max(1, made.bytes()))];
        long done = 0;
        while (done < made.bytes()) {
            cancel.check();
            int length = (int) Math.min(buffer.length, made.bytes() - done);
            storage.read(made.name(), done, buffer, 0, length);
            crc.update(buffer, 0, length);
            done += length;
            if (!more.after(length) && done < made.bytes()) {
                return true;
            }
        }
        return crc.getValue() == made.crc();
    }

    boolean isWhole(Made made) throws DoppelException {
        return isWhole(made, PIECE, piece -> true);
    }

    /** What the target lists of this test, those that it lists twice twice. */
    List<ObjectInfo> listed() throws DoppelException {
        List<ObjectInfo> found = new ArrayList<>();
        storage.list(folder, object -> {
            if (object.name().startsWith(prefix)) {
                found.add(object);
            }
        });
        return found;
    }

    void delete(String name) throws DoppelException {
        storage.delete(name);
        names.remove(name);
    }

    /**
     * Removes everything that is left, going on after a failure; not stopped by a cancellation.
     *
     * @throws DoppelException the first failure
     */
    void removeAll() throws DoppelException {
        DoppelException first = null;
        for (String name : new TreeSet<>(names)) {
            try {
                delete(name);
            } catch (DoppelException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** How many objects may be there. */
    int left() {
        return names.size();
    }
}
