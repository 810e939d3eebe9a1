package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectNames;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbHandle;
import io.doppel.storage.cifs.internal.smb.SmbShare;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects as files of a folder on a share, in the layout of the plug-in for local folders, so that one vault can be reached by either way.
 *
 * <p>Memory: a writer holds 1 MiB, a connection at most 3 MiB, and there are at most {@link Connections#MOST} of them.
 */
final class CifsStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(CifsStorage.class);
    private static final int PREFERRED_READ = 8 << 20;

    private final Connections connections;
    private final CifsFolder folder;
    private final Failures failures;
    private final boolean readOnly;
    private final Optional<Grants> grants;
    private final Setup setup;
    private final Set<CifsWriter> writers = ConcurrentHashMap.newKeySet();

    private CifsStorage(Connections connections, CifsFolder folder, boolean readOnly, Optional<Grants> grants) {
        this.connections = connections;
        this.folder = folder;
        this.failures = new Failures(folder.place());
        this.readOnly = readOnly;
        this.grants = grants;
        this.setup = new Setup(folder);
    }

    /**
     * Opens a folder. One that is not there, inside one that is, is made by the first {@code put}; for reading only it must be there.
     *
     * @param grants gives out the second account, if there is one
     */
    static CifsStorage open(Slot.Opener opener, CifsFolder folder, boolean readOnly, Optional<Grants> grants)
            throws DoppelException {
        Connections connections = new Connections(folder.place(), opener);
        CifsStorage storage = new CifsStorage(connections, folder, readOnly, grants);
        boolean ready = false;
        try {
            storage.start();
            ready = true;
            return storage;
        } catch (SmbException e) {
            throw storage.failures.ofOpening(e, "open the vault's folder");
        } finally {
            if (!ready) {
                storage.close();
            }
        }
    }

    private void start() throws SmbException, DoppelException {
        connections.run(link -> {
            SmbShare share = link.share();
            if (!readOnly && !share.mayWrite()) {
                throw new DoppelException(
                        StorageError.READ_ONLY,
                        "The share of " + folder.place()
                                + " can only be read by this user; set read-only=true to read");
            }
            if (!folder.pin(share)) {
                if (readOnly || folder.root().isEmpty()) {
                    throw new DoppelException(
                            StorageError.UNREACHABLE, "The folder " + folder.place() + " does not exist");
                }
                share.closeSoon(
                        CifsFolder.openFolder(share, CifsFolder.above(folder.root()), SmbShare.READ_ATTRIBUTES));
            } else if (!readOnly) {
                prepareUnlessFull(link);
            }
            return null;
        });
    }

    private void prepareUnlessFull(Link link) throws SmbException, DoppelException {
        try {
            prepare(link);
        } catch (SmbException e) {
            DoppelException failure = failures.of(e, "write");
            if (!failure.is(StorageError.FULL)) {
                throw e;
            }
            LOG.warn("{} has no space left: reading and deleting work", folder.place());
        }
    }

    private void prepare(Link link) throws SmbException, DoppelException {
        link.<SmbException, DoppelException>prepareOnce(() -> setup.prepare(link));
    }

    @Override
    public StorageCapabilities capabilities() {
        return new StorageCapabilities(grants.isPresent(), readOnly, Connections.MOST, PREFERRED_READ);
    }

    @Override
    public ObjectWriter put(String name) throws DoppelException {
        ObjectNames.check(name);
        checkWritable();
        CifsWriter writer = operate("write object '" + name + "'", () -> startWriter(name, true));
        writers.add(writer);
        try {
            connections.checkOpen();
            return writer;
        } catch (DoppelException closed) {
            writer.close();
            throw closed;
        }
    }

    /** Nothing is hidden by beginning twice: the temporary file that may be there already is swept later. */
    private CifsWriter startWriter(String name, boolean again) throws SmbException, DoppelException {
        Connections.Lease lease = connections.lease();
        boolean started = false;
        try {
            prepare(lease.link());
            CifsWriter writer = new CifsWriter(connections, lease, folder, name, writers::remove);
            started = true;
            return writer;
        } catch (SmbException e) {
            lease.failed(e);
            if (!again || !e.endsConnection()) {
                throw e;
            }
        } finally {
            if (!started) {
                lease.close();
            }
        }
        return startWriter(name, false);
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        ObjectNames.check(name);
        Objects.checkFromIndexSize(from, length, buffer.length);
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset);
        }
        run("read object '" + name + "'", link -> {
            SmbShare share = link.share();
            SmbHandle file = find(share, name, SmbShare.READ_DATA)
                    .orElseThrow(() -> new DoppelException(
                            StorageError.NOT_FOUND, "Object '" + name + "' is not in " + folder.place()));
            try {
                if (length > file.size() - offset || share.read(file, offset, buffer, from, length) < length) {
                    throw new DoppelException(
                            StorageError.TOO_SHORT,
                            "Object '" + name + "' has " + file.size() + " bytes, wanted " + length + " at " + offset);
                }
            } finally {
                share.closeSoon(file);
            }
            return null;
        });
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
        ObjectNames.checkPrefix(prefix);
        operate("list objects", () -> {
            Optional<ObjectInfo> single = prefix.isEmpty() ? Optional.empty() : look(prefix);
            if (single.isPresent()) {
                consumer.accept(single.get());
            } else {
                new Listing(connections, folder, consumer).walk(prefix);
                connections.run(link -> {
                    folder.checkSame(link.share());
                    return null;
                });
            }
            return null;
        });
    }

    @Override
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        ObjectNames.check(name);
        return operate("look for object '" + name + "'", () -> look(name));
    }

    private Optional<ObjectInfo> look(String name) throws SmbException, DoppelException {
        return connections.run(link -> {
            Optional<SmbHandle> found = find(link.share(), name, SmbShare.READ_ATTRIBUTES);
            if (found.isPresent()) {
                link.share().closeSoon(found.get());
            }
            return found.map(file -> new ObjectInfo(name, file.size(), Listing.time(file.written())));
        });
    }

    /** The object, opened; empty if there is none. */
    private Optional<SmbHandle> find(SmbShare share, String name, int access) throws SmbException, DoppelException {
        SmbHandle file;
        try {
            file = share.open(folder.path(name), access, SmbShare.SHARE_ALL, SmbShare.OPEN, SmbShare.A_FILE);
        } catch (SmbException e) {
            if (CifsFolder.isAbsent(e)) {
                folder.checkSame(share);
                return Optional.empty();
            }
            throw e;
        }
        if (file.link()) {
            share.closeSoon(file);
            throw new DoppelException(
                    StorageError.DENIED,
                    "'" + name + "' in " + folder.place() + " is a link; a vault's folder holds none");
        }
        return Optional.of(file);
    }

    /**
     * Takes the name away at once, also where others have the file open, and lets the server delete what is left when they have closed it.
     */
    @Override
    public void delete(String name) throws DoppelException {
        ObjectNames.check(name);
        checkWritable();
        String path = folder.path(name);
        run("delete object '" + name + "'", link -> {
            SmbShare share = link.share();
            Optional<SmbHandle> found = find(share, name, SmbShare.DELETE);
            if (found.isPresent()) {
                remove(share, found.get(), folder.temp(link.nextTemporary()));
            }
            // Also when it was gone: whoever removed it, perhaps we before the connection was lost, may not have come
            // so far.
            flushIfThere(share, CifsFolder.above(path));
            return null;
        });
    }

    private void remove(SmbShare share, SmbHandle file, String temporary) throws SmbException {
        boolean closed = false;
        try {
            rename(share, file, temporary);
            share.deleteOnClose(file);
            closed = true;
            share.close(file);
        } finally {
            if (!closed) {
                share.closeSoon(file);
            }
        }
    }

    private void rename(SmbShare share, SmbHandle file, String temporary) throws SmbException {
        try {
            share.rename(file, temporary);
        } catch (SmbException e) {
            if (!CifsFolder.isAbsent(e)) {
                throw e;
            }
            CifsFolder.makeFolder(share, folder.temps());
            share.rename(file, temporary);
        }
    }

    private void flushIfThere(SmbShare share, String path) throws SmbException {
        try {
            folder.flushFolder(share, path);
        } catch (SmbException e) {
            if (!CifsFolder.isAbsent(e)) {
                throw e;
            }
        }
    }

    @Override
    public Optional<StorageSpace> space() throws DoppelException {
        return run("tell the free space", link -> {
            SmbShare share = link.share();
            String path = folder.isPinned() ? folder.root() : CifsFolder.above(folder.root());
            SmbHandle handle = CifsFolder.openFolder(share, path, SmbShare.READ_ATTRIBUTES);
            try {
                long[] space = share.space(handle);
                return Optional.of(new StorageSpace(space[0], space[1]));
            } finally {
                share.closeSoon(handle);
            }
        });
    }

    @Override
    public Map<String, String> facts() throws DoppelException {
        return run("tell what was agreed on", link -> {
            SmbShare share = link.share();
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("dialect", "SMB " + share.dialect());
            facts.put("encryption", share.isEncrypted() ? "of everything" : "off");
            facts.put("flush", "FLUSH of the file and of the folder that names it, answered by the server");
            return facts;
        });
    }

    @Override
    public Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) throws DoppelException {
        connections.checkOpen();
        return grants.isEmpty() ? Optional.empty() : Optional.of(grants.get().make(scope, timeToLive));
    }

    @Override
    public void close() {
        // In good order where nothing is under way; what is under way is broken off then, and the server cleans up
        // behind it.
        writers.forEach(CifsWriter::closeIfIdle);
        connections.close();
        List.copyOf(writers).forEach(CifsWriter::close);
    }

    private void checkWritable() throws DoppelException {
        connections.checkOpen();
        if (readOnly) {
            throw new DoppelException(StorageError.READ_ONLY, folder.place() + " is open for reading only");
        }
    }

    private <T> T run(String doing, Connections.Work<T> work) throws DoppelException {
        return operate(doing, () -> connections.run(work));
    }

    /** Something that may fail as the protocol does. */
    private interface Operation<T> {
        T run() throws SmbException, DoppelException;
    }

    private <T> T operate(String doing, Operation<T> operation) throws DoppelException {
        try {
            return operation.run();
        } catch (SmbException e) {
            connections.checkOpen();
            throw failures.of(e, doing);
        }
    }
}
