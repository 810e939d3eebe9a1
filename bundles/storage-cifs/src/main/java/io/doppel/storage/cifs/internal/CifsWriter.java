package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbHandle;
import io.doppel.storage.cifs.internal.smb.SmbShare;
import io.doppel.storage.cifs.internal.smb.SmbStatus;
import io.doppel.storage.cifs.internal.smb.SmbWriter;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One object being written: a temporary file, flushed, then linked to its name, which is exclusive whoever races, then the name flushed. A
 * rename would not do: Samba looks whether the name is taken and renames then, and of two who do so at once both succeed. Methods lock
 * because closing the storage aborts from another thread.
 */
final class CifsWriter implements ObjectWriter {
    private static final Logger LOG = LoggerFactory.getLogger(CifsWriter.class);

    private static final long SHORTLY_MS = 3_000;
    private static final long USUALLY_MS = 60_000;

    private final Connections connections;
    private final Connections.Lease lease;
    private final CifsFolder folder;
    private final Failures failures;
    private final String name;
    private final Consumer<CifsWriter> ended;
    private final SmbShare share;
    private final SmbHandle temp;
    private final SmbWriter data;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean open = true;

    CifsWriter(
            Connections connections,
            Connections.Lease lease,
            CifsFolder folder,
            String name,
            Consumer<CifsWriter> ended)
            throws SmbException {
        this.connections = connections;
        this.lease = lease;
        this.folder = folder;
        this.failures = new Failures(folder.place());
        this.name = name;
        this.ended = ended;
        this.share = lease.link().share();
        this.temp = Setup.create(share, folder.temp(lease.link().nextTemporary()));
        this.data = share.writer(temp);
    }

    @Override
    public void write(byte[] buffer, int from, int length) throws DoppelException {
        Objects.checkFromIndexSize(from, length, buffer.length);
        lock.lock();
        try {
            checkOpen();
            data.write(buffer, from, length);
        } catch (SmbException e) {
            lease.failed(e);
            throw failures.of(e, "write object '" + name + "'");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void commit() throws DoppelException {
        lock.lock();
        try {
            checkOpen();
            try {
                data.finish();
                share.flush(temp);
                folder.checkSame(share);
                long number = share.number(temp);
                makeFolder();
                publish(number);
            } catch (SmbException e) {
                lease.failed(e);
                folder.forgetDurable();
                throw failures.of(e, "store object '" + name + "'");
            } finally {
                close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void makeFolder() throws SmbException, DoppelException {
        String above = CifsFolder.above(folder.path(name));
        try {
            folder.makeDurable(share, above);
        } catch (SmbException e) {
            if (e.isStatus(SmbStatus.NOT_A_DIRECTORY, SmbStatus.OBJECT_PATH_NOT_FOUND)) {
                throw new DoppelException(
                        StorageError.BAD_NAME,
                        "Object '" + name + "' cannot be stored below something that is no folder",
                        e);
            }
            throw e;
        }
    }

    private void publish(long number) throws SmbException, DoppelException {
        String path = folder.path(name);
        boolean taken = false;
        try {
            try {
                share.link(temp, path);
                // Where a folder cannot be flushed, this is what makes the new name durable.
                share.flush(temp);
            } catch (SmbException e) {
                taken = e.isStatus(SmbStatus.OBJECT_NAME_COLLISION);
                if (!taken) {
                    throw e;
                }
            }
            // If the name is taken, too: the caller may rely on the other's object, whose writer may not have come so
            // far.
            folder.flushFolder(share, CifsFolder.above(path));
        } catch (SmbException e) {
            if (!e.endsConnection()) {
                throw e;
            }
            lease.failed(e);
            taken = !settle(path, number, e);
        }
        if (taken) {
            throw new DoppelException(StorageError.EXISTS, "Object '" + name + "' exists on " + folder.place());
        }
    }

    /**
     * The connection was lost after the link was asked for: looks over a new one whether the name is there and is that of our file, and makes
     * it durable.
     *
     * @return false if the name is another's
     */
    private boolean settle(String path, long number, SmbException why) throws DoppelException {
        folder.forgetDurable();
        try {
            return connections.run(link -> {
                SmbShare again = link.share();
                SmbHandle found =
                        again.open(path, SmbShare.WRITE_DATA, SmbShare.SHARE_ALL, SmbShare.OPEN, SmbShare.A_FILE);
                try {
                    if (number == 0) {
                        throw unsettled(why);
                    }
                    boolean ours = again.number(found) == number;
                    again.flush(found);
                    folder.flushFolder(again, CifsFolder.above(path));
                    return ours;
                } finally {
                    again.closeSoon(found);
                }
            });
        } catch (SmbException e) {
            throw unsettled(e);
        }
    }

    private DoppelException unsettled(SmbException e) {
        StorageError kind = e.kind() == SmbException.Kind.LOST ? StorageError.UNREACHABLE : StorageError.IO;
        return new DoppelException(
                kind,
                "The connection to " + folder.place() + " was lost while object '" + name
                        + "' got its name; it is whole if it is there (" + e.getMessage() + ")",
                e);
    }

    private void checkOpen() throws DoppelException {
        if (!open) {
            throw new DoppelException(StorageError.IO, "The writer of object '" + name + "' is closed");
        }
    }

    /** Closes it unless it is busy, without waiting long for a server that does not answer. */
    void closeIfIdle() {
        if (lock.tryLock()) {
            try {
                close(SHORTLY_MS);
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void close() {
        close(USUALLY_MS);
    }

    private void close(long limitMs) {
        lock.lock();
        try {
            if (!open) {
                return;
            }
            open = false;
            if (share.isOpen()) {
                removeTemp(limitMs);
            }
            lease.close();
            ended.accept(this);
        } finally {
            lock.unlock();
        }
    }

    private void removeTemp(long limitMs) {
        try {
            share.discard(temp, limitMs);
        } catch (SmbException e) {
            lease.failed(e);
            // The next one to open the storage sweeps it.
            LOG.warn("Cannot remove a temporary file on {}: {}", folder.place(), e.getMessage());
        }
    }
}
