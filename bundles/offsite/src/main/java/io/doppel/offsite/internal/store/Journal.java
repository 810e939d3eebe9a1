package io.doppel.offsite.internal.store;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.OffsiteError;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All changes of a store, each durable before anybody hears of it. A journal goes on from the snapshot of its number; a new
 * number begins with the new journal, made durable, then the new snapshot, and only then the old ones go. So whatever snapshot
 * is the newest, its journal is there, and a journal that is missing is a loss that is noticed. For one thread at a time.
 */
final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final byte[] MAGIC = "DPLOFFJ1".getBytes(StandardCharsets.US_ASCII);
    private static final String SNAPSHOTS = "snapshots";
    private static final String FILE = "journal-";
    private static final int PIECE = 64 << 10;

    /** Shorter ones are not worth a snapshot. */
    private static final long WORTH = 32L << 20;

    private final Path folder;
    private final Storage storage;
    private long number;
    private long snapshotBytes;
    /** Of what was told at opening. */
    private long lastEvent;

    private RandomAccessFile file;
    private long end;
    private boolean broken;

    private Journal(Path folder, Storage storage) {
        this.folder = folder;
        this.storage = storage;
    }

    /**
     * Opens the journal of a store and tells all that is in it.
     *
     * @param storage the folder as a storage
     * @param isNew whether the store has no objects yet, so that it may have no journal
     * @throws DoppelException {@link OffsiteError#STORE_DAMAGED} if something of it is missing or changed; nothing is
     *     written then
     */
    static Journal open(Path folder, Storage storage, boolean isNew, Consumer<Change> consumer) throws DoppelException {
        Journal journal = new Journal(folder, storage);
        boolean done = false;
        try {
            journal.readSnapshot(consumer);
            journal.readFile(isNew, consumer);
            journal.sweep();
            done = true;
            return journal;
        } catch (IllegalStateException e) {
            throw damaged(folder, "its changes do not fit together: " + e.getMessage());
        } catch (IOException e) {
            throw new DoppelException(
                    StorageError.IO, "The journal of '" + folder + "' cannot be opened: " + e.getMessage(), e);
        } finally {
            if (!done) {
                journal.closeQuietly();
            }
        }
    }

    private static DoppelException damaged(Path folder, String how) {
        return new DoppelException(OffsiteError.STORE_DAMAGED, "The journal of '" + folder + "' is damaged: " + how);
    }

    private void readSnapshot(Consumer<Change> consumer) throws DoppelException, IOException {
        storage.list(SNAPSHOTS, info -> {
            long one = Long.parseLong(info.name().substring(SNAPSHOTS.length() + 1), 16);
            if (one > number) {
                number = one;
                snapshotBytes = info.size();
            }
        });
        if (number == 0) {
            return;
        }
        String name = snapshot(number);
        byte[] head = new byte[ChangeFrames.HEAD];
        for (long at = 0; at < snapshotBytes; ) {
            if (snapshotBytes - at < head.length) {
                throw damaged(folder, "snapshot " + number);
            }
            storage.read(name, at, head, 0, head.length);
            int length = ByteBuffer.wrap(head).getInt();
            if (length < 1 || length > Math.min(ChangeFrames.LIMIT, snapshotBytes - at - head.length)) {
                throw damaged(folder, "snapshot " + number);
            }
            byte[] frame = new byte[head.length + length];
            storage.read(name, at, frame, 0, frame.length);
            if (ChangeFrames.length(frame, 0) != frame.length) {
                throw damaged(folder, "snapshot " + number);
            }
            tell(ChangeFrames.decode(frame, 0, frame.length), consumer);
            at += frame.length;
        }
    }

    private void tell(Change change, Consumer<Change> consumer) {
        lastEvent = Math.max(lastEvent, change.event());
        consumer.accept(change);
    }

    private void readFile(boolean isNew, Consumer<Change> consumer) throws DoppelException, IOException {
        Path path = path(number);
        byte[] all = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
        if (all.length < MAGIC.length) {
            if (number > 0 || !isNew) {
                throw damaged(folder, "'" + path.getFileName() + "' is missing or empty");
            }
            Files.deleteIfExists(path);
            file = create(path);
            return;
        }
        if (!Arrays.equals(all, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw damaged(folder, "'" + path.getFileName() + "' is no journal");
        }
        int at = MAGIC.length;
        for (int length = ChangeFrames.length(all, at); length > 0; length = ChangeFrames.length(all, at)) {
            tell(ChangeFrames.decode(all, at, length), consumer);
            at += length;
        }
        // Each change was durable before the next was begun: only one that nobody heard of can be cut short, the last.
        // It
        // holds what a client chose, which may look like a frame; but not like one with a whole change of this time.
        for (int later = at + 1; later < all.length; later++) {
            if (ChangeFrames.isChange(all, later, lastEvent, lastEvent + all.length)) {
                throw damaged(folder, "'" + path.getFileName() + "' is changed at " + at);
            }
        }
        file = new RandomAccessFile(path.toFile(), "rw");
        end = at;
        if (at < all.length) {
            file.setLength(at);
            file.getFD().sync();
        }
    }

    private RandomAccessFile create(Path path) throws IOException {
        Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        RandomAccessFile made = new RandomAccessFile(path.toFile(), "rw");
        boolean done = false;
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            made.write(MAGIC);
            made.getFD().sync();
            names.force(true);
            done = true;
        } finally {
            if (!done) {
                made.close();
            }
        }
        end = MAGIC.length;
        return made;
    }

    /** Removes what a compaction left that was broken off. */
    private void sweep() throws DoppelException, IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, FILE + "*")) {
            for (Path one : files) {
                if (!one.equals(path(number))) {
                    Files.delete(one);
                }
            }
        }
        for (long old = number - 1; old > 0 && storage.stat(snapshot(old)).isPresent(); old--) {
            storage.delete(snapshot(old));
        }
    }

    /**
     * Adds a change; durable on return.
     *
     * @throws DoppelException {@link StorageError#FULL} or {@link StorageError#IO}; the change is not in the journal then, or
     *     the journal takes nothing more
     */
    void append(Change change) throws DoppelException {
        if (broken) {
            throw new DoppelException(
                    StorageError.IO, "The journal could not be written; the module must be started anew");
        }
        byte[] frame = ChangeFrames.encode(change);
        try {
            file.seek(end);
            file.write(frame);
        } catch (IOException e) {
            takeBack();
            boolean full = String.valueOf(e.getMessage()).contains("No space left");
            throw new DoppelException(
                    full && !broken ? StorageError.FULL : StorageError.IO, "The journal could not be written", e);
        }
        try {
            file.getFD().sync();
        } catch (IOException e) {
            // Whether the change is on the disk nobody knows, and another sync would not tell.
            broken = true;
            throw new DoppelException(StorageError.IO, "The journal could not be made durable", e);
        }
        end += frame.length;
    }

    /** After a write of which nobody knows how far it came. */
    private void takeBack() {
        broken = true;
        try {
            file.setLength(end);
            file.getFD().sync();
            broken = false;
        } catch (IOException e) {
            LOG.error(
                    "The journal of '{}' takes nothing more until the module is started anew: {}",
                    folder,
                    e.toString());
        }
    }

    /** Whether a snapshot would make it a good deal shorter. */
    boolean isLong() {
        return end > WORTH && end > 2 * snapshotBytes;
    }

    /** Begins anew from a snapshot of the table. */
    void compact(Table table) throws DoppelException {
        if (broken) {
            return;
        }
        try {
            long next = number + 1;
            long before = end;
            Files.deleteIfExists(path(next));
            RandomAccessFile made = create(path(next));
            try {
                snapshotBytes = writeSnapshot(snapshot(next), table);
            } catch (DoppelException e) {
                end = before;
                made.close();
                // If the snapshot is there after all, what would be added to the old journal now would be lost.
                broken |= !e.is(StorageError.FULL);
                throw e;
            }
            file.close();
            file = made;
            number = next;
            sweep();
        } catch (IOException e) {
            throw new DoppelException(StorageError.IO, "The journal of '" + folder + "' cannot be made shorter", e);
        }
    }

    private long writeSnapshot(String name, Table table) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            byte[] buffer = new byte[PIECE];
            int[] used = {0};
            long[] size = {0};
            DoppelException[] failure = {null};
            table.tell(change -> {
                byte[] frame = ChangeFrames.encode(change);
                size[0] += frame.length;
                try {
                    if (used[0] + frame.length > buffer.length) {
                        writer.write(buffer, 0, used[0]);
                        used[0] = 0;
                    }
                    if (frame.length > buffer.length) {
                        writer.write(frame, 0, frame.length);
                    } else {
                        System.arraycopy(frame, 0, buffer, used[0], frame.length);
                        used[0] += frame.length;
                    }
                } catch (DoppelException e) {
                    failure[0] = e;
                }
            });
            if (failure[0] != null) {
                throw failure[0];
            }
            writer.write(buffer, 0, used[0]);
            writer.commit();
            return size[0];
        }
    }

    private Path path(long one) {
        return folder.resolve(FILE + String.format("%016x", one));
    }

    private static String snapshot(long one) {
        return SNAPSHOTS + "/" + String.format("%016x", one);
    }

    /** Ends it after a failure that is told already. */
    void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            LOG.debug("The journal of '{}' cannot be closed: {}", folder, e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
