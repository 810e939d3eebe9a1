package io.doppel.storage.local.internal;

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
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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

/** Objects as files of a folder, their names as paths below it. */
public final class FolderStorage implements Storage {
    /** So often in a row an object may be deleted and put anew while somebody begins to read it. */
    private static final int ROUNDS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(FolderStorage.class);
    private static final int OPEN_FILES = 64;
    private static final int PARALLELISM = 2;
    private static final int PREFERRED_READ = 4 << 20;

    private final FileOps ops;
    private final Folder folder;
    private final Failures failures;
    private final boolean readOnly;
    private final ReadHandles handles = new ReadHandles(OPEN_FILES);
    private final Set<FolderWriter> writers = ConcurrentHashMap.newKeySet();
    private WriterSession session;
    private volatile boolean closed;

    private FolderStorage(FileOps ops, Folder folder, boolean readOnly) {
        this.ops = ops;
        this.folder = folder;
        this.failures = new Failures(folder.root());
        this.readOnly = readOnly;
    }

    /** Opens for reading and writing, see {@code LocalStorage}. */
    public static FolderStorage open(Path path) throws DoppelException {
        return open(path, new DiskOps());
    }

    static FolderStorage open(Path path, FileOps ops) throws DoppelException {
        Folder folder = new FolderFinder(ops).findOrPlan(path);
        FolderStorage storage = new FolderStorage(ops, folder, false);
        if (!folder.isPinned()) {
            return storage;
        }
        try {
            storage.startSession();
            return storage;
        } catch (DoppelException e) {
            if (e.is(StorageError.FULL)) {
                LOG.warn("{} has no space left: reading and deleting work", folder.root());
                return storage;
            }
            storage.close();
            if (e.is(StorageError.READ_ONLY)) {
                LOG.info("{} is on a file system mounted read-only", folder.root());
                return new FolderStorage(ops, folder, true);
            }
            throw e;
        }
    }

    /** Opens for reading only, see {@code LocalStorage}. */
    public static FolderStorage openReadOnly(Path path) throws DoppelException {
        FileOps ops = new DiskOps();
        return new FolderStorage(ops, new FolderFinder(ops).find(path), true);
    }

    @Override
    public StorageCapabilities capabilities() {
        return new StorageCapabilities(false, readOnly, PARALLELISM, PREFERRED_READ);
    }

    @Override
    public ObjectWriter put(String name) throws DoppelException {
        ObjectNames.check(name);
        checkWritable();
        folder.checkSame();
        Path temp = startSession().nextFile();
        try {
            FolderWriter writer = new FolderWriter(ops, folder, name, temp, writers::remove);
            writers.add(writer);
            if (closed) {
                writer.close();
                checkOpen();
            }
            return writer;
        } catch (IOException e) {
            throw failures.ofWriting(e, "write object '" + name + "'");
        }
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        ObjectNames.check(name);
        Objects.checkFromIndexSize(from, length, buffer.length);
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset);
        }
        checkOpen();
        try {
            for (int round = 1; ; round++) {
                try {
                    readOnce(name, offset, buffer, from, length);
                    return;
                } catch (NoSuchFileException e) {
                    // deleted since we looked, or the whole folder is gone, or it was put anew: look again
                    if (stat(name).isEmpty()) {
                        throw notFound(name);
                    }
                    if (round == ROUNDS) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw failures.of(e, "read object '" + name + "'");
        }
    }

    private void readOnce(String name, long offset, byte[] buffer, int from, int length)
            throws IOException, DoppelException {
        Path path = folder.path(name);
        BasicFileAttributes file = find(path).orElseThrow(() -> notFound(name));
        if (length > file.size() - offset) {
            throw new DoppelException(
                    StorageError.TOO_SHORT,
                    "Object '" + name + "' has " + file.size() + " bytes, wanted " + length + " at " + offset);
        }
        Uninterrupted.run(() -> {
            try (ReadHandle handle = handles.use(path, file.fileKey())) {
                handle.read(offset, buffer, from, length);
            }
        });
    }

    private DoppelException notFound(String name) {
        return new DoppelException(StorageError.NOT_FOUND, "Object '" + name + "' is not in " + folder.root());
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
        ObjectNames.checkPrefix(prefix);
        checkOpen();
        Path start = folder.path(prefix);
        try {
            if (prefix.isEmpty() || find(start, true).isPresent()) {
                new Listing(folder.root(), consumer).walk(start);
            }
            folder.checkSame();
        } catch (IOException e) {
            throw failures.of(e, "list objects");
        }
    }

    @Override
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        ObjectNames.check(name);
        checkOpen();
        try {
            return find(folder.path(name)).map(file -> Listing.info(name, file));
        } catch (IOException e) {
            throw failures.of(e, "look for object '" + name + "'");
        }
    }

    @Override
    public void delete(String name) throws DoppelException {
        ObjectNames.check(name);
        checkWritable();
        Path path = folder.path(name);
        try {
            if (find(path).isEmpty()) {
                return;
            }
            ops.remove(path);
            ops.syncFolder(path.getParent());
            handles.forget(path);
        } catch (IOException e) {
            throw failures.of(e, "delete object '" + name + "'");
        }
    }

    @Override
    public Optional<StorageSpace> space() throws DoppelException {
        checkOpen();
        try {
            FileStore store = fileStore();
            return Optional.of(new StorageSpace(store.getTotalSpace(), store.getUsableSpace()));
        } catch (IOException e) {
            throw failures.of(e, "tell the free space");
        }
    }

    @Override
    public Map<String, String> facts() throws DoppelException {
        checkOpen();
        try {
            FileStore store = fileStore();
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("folder", folder.root().toString());
            facts.put("file-system", store.type() + " (" + store.name() + ")");
            facts.put("flush", "fsync of the file, then of the folder that names it");
            return facts;
        } catch (IOException e) {
            throw failures.of(e, "tell the file system");
        }
    }

    /** Of the folder, or of the one in which it will be made. */
    private FileStore fileStore() throws IOException {
        return Files.getFileStore(
                folder.isPinned() ? folder.root() : folder.root().getParent());
    }

    @Override
    public Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) {
        return Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
        for (FolderWriter writer : List.copyOf(writers)) {
            writer.close();
        }
        try {
            handles.close();
            endSession();
        } catch (IOException e) {
            LOG.warn("Cannot close everything in {}: {}", folder.root(), e.toString());
        }
    }

    private synchronized WriterSession startSession() throws DoppelException {
        checkOpen();
        if (session == null) {
            try {
                session = new FolderSetup(ops, folder).start();
            } catch (IOException e) {
                throw failures.ofWriting(e, "write");
            }
        }
        return session;
    }

    private synchronized void endSession() throws IOException {
        if (session != null) {
            session.close();
            session = null;
        }
    }

    /** The object at the path; empty if there is none. */
    private Optional<BasicFileAttributes> find(Path path) throws DoppelException, IOException {
        return find(path, false).filter(BasicFileAttributes::isRegularFile);
    }

    private Optional<BasicFileAttributes> find(Path path, boolean folderToo) throws DoppelException, IOException {
        Optional<BasicFileAttributes> found = Listing.attributes(path);
        if (found.isEmpty()) {
            folder.checkSame();
            return found;
        }
        if (found.get().isSymbolicLink()) {
            throw folder.leadsElsewhere(path);
        }
        folder.checkInside(path);
        return found;
    }

    private void checkWritable() throws DoppelException {
        checkOpen();
        if (readOnly) {
            throw new DoppelException(StorageError.READ_ONLY, folder.root() + " is open for reading only");
        }
    }

    private void checkOpen() throws DoppelException {
        if (closed) {
            throw new DoppelException(StorageError.UNREACHABLE, "The storage in " + folder.root() + " is closed");
        }
    }
}
