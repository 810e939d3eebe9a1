package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.DurableFiles;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What a server keeps of a vault, in a folder of its own. Safe for several threads. */
final class LocalState implements KeyFiles, AutoCloseable {
    private static final String MACHINE_KEY = "machine.key";
    private static final String NEXT_KEY = "machine.key.next";
    private static final String ROTATION = "rotation.json";
    private static final String SEEN = "seen.json";
    private static final String LEASE = "lease.json";
    private static final String SUCCESSION = "succession.json";
    private static final String EXPORTED = "recovery-exported";

    private final Path folder;
    private final FileChannel lock;

    private LocalState(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * The newest head that the server saw.
     *
     * @param vault id of the vault
     * @param generation its generation
     * @param sha256 hex SHA-256 of its object
     */
    record Seen(String vault, long generation, String sha256) {}

    /**
     * Leases that may be ours.
     *
     * @param vault id of the vault
     * @param leases each is either held or was about to be put
     */
    record KeptLeases(String vault, List<KeptLease> leases) {
        KeptLeases {
            leases = List.copyOf(leases);
        }

        Optional<KeptLease> find(long epoch) {
            return leases.stream().filter(l -> l.epoch() == epoch).findFirst();
        }
    }

    /**
     * A lease that may be ours.
     *
     * @param epoch its epoch
     * @param nonce its nonce
     */
    record KeptLease(long epoch, String nonce) {}

    /** Takes the folder for itself, making it if needed; {@code HELD} if another process or opening has it. */
    static LocalState forWriting(Path folder) throws DoppelException {
        try {
            DurableFiles.createFolders(folder);
            FileChannel lock =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean taken = false;
            try {
                take(lock, folder);
                taken = true;
            } finally {
                if (!taken) {
                    lock.close();
                }
            }
            return new LocalState(folder, lock);
        } catch (IOException e) {
            throw failure("cannot be used", folder, e);
        }
    }

    private static void take(FileChannel lock, Path folder) throws IOException, DoppelException {
        if (!tryLock(lock)) {
            throw new DoppelException(
                    VaultError.HELD, "Another Doppel process on this server has the vault open (" + folder + ")");
        }
        DurableFiles.sweep(folder);
    }

    /** Looks at the folder beside whoever uses it. */
    static LocalState forReading(Path folder) throws DoppelException {
        try {
            DurableFiles.createFolders(folder);
            return new LocalState(folder, null);
        } catch (IOException e) {
            throw failure("cannot be used", folder, e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public Optional<MachineKey> machineKey() throws DoppelException {
        return readKey(MACHINE_KEY);
    }

    @Override
    public Optional<MachineKey> nextMachineKey() throws DoppelException {
        return readKey(NEXT_KEY);
    }

    private Optional<MachineKey> readKey(String name) throws DoppelException {
        Path file = folder.resolve(name);
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new DoppelException(VaultError.KEY_FILE, "The key file " + file + " cannot be read", e);
        }
        Optional<MachineKey> key = MachineKey.read(content);
        Arrays.fill(content, (byte) 0);
        if (key.isEmpty()) {
            throw new DoppelException(VaultError.LOCKED, "The key file " + file + " is damaged");
        }
        return key;
    }

    /** Replaces the key file. */
    void storeMachineKey(MachineKey key) throws DoppelException {
        writeKey(MACHINE_KEY, key);
    }

    @Override
    public void storeNextMachineKey(MachineKey key) throws DoppelException {
        writeKey(NEXT_KEY, key);
    }

    private void writeKey(String name, MachineKey key) throws DoppelException {
        Path file = folder.resolve(name);
        byte[] content = key.write();
        try {
            DurableFiles.replace(file, content);
        } catch (IOException e) {
            throw new DoppelException(VaultError.KEY_FILE, "The key file " + file + " cannot be written", e);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    @Override
    public void useNextMachineKey() throws DoppelException {
        Path file = folder.resolve(MACHINE_KEY);
        try {
            Files.move(
                    folder.resolve(NEXT_KEY),
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            DurableFiles.sync(folder);
        } catch (IOException e) {
            throw new DoppelException(VaultError.KEY_FILE, "The key file " + file + " cannot be replaced", e);
        }
    }

    @Override
    public Optional<Rotation> rotation(String vault) throws DoppelException {
        return read(ROTATION, Rotation.class).filter(r -> vault.equals(r.vault()));
    }

    @Override
    public void keep(Rotation rotation) throws DoppelException {
        write(ROTATION, Json.write(rotation));
    }

    @Override
    public void deleteNextMachineKey() throws DoppelException {
        delete(NEXT_KEY);
    }

    @Override
    public void forgetRotation() throws DoppelException {
        delete(ROTATION);
    }

    void deleteMachineKey() throws DoppelException {
        delete(MACHINE_KEY);
    }

    private void delete(String name) throws DoppelException {
        try {
            Files.deleteIfExists(folder.resolve(name));
            DurableFiles.sync(folder);
        } catch (IOException e) {
            throw failure("cannot be changed", folder, e);
        }
    }

    /** The newest head seen of that vault. */
    Optional<Seen> seen(String vault) throws DoppelException {
        return read(SEEN, Seen.class).filter(s -> vault.equals(s.vault()));
    }

    void remember(Seen seen) throws DoppelException {
        write(SEEN, Json.write(seen));
    }

    KeptLeases leases(String vault) throws DoppelException {
        return read(LEASE, KeptLeases.class)
                .filter(l -> vault.equals(l.vault()))
                .orElse(new KeptLeases(vault, List.of()));
    }

    void keep(KeptLeases leases) throws DoppelException {
        write(LEASE, Json.write(leases));
    }

    /**
     * That this server was recovered and follows its lost predecessor.
     *
     * @param vault id of the vault
     */
    private record Succession(String vault) {}

    /** From now on, until a lease of ours is there, we may follow any other server of our installation. */
    void succeed(String vault) throws DoppelException {
        write(SUCCESSION, Json.write(new Succession(vault)));
    }

    /** Whether we may follow other servers of our installation there. */
    boolean succeeds(String vault) throws DoppelException {
        return read(SUCCESSION, Succession.class)
                .filter(s -> vault.equals(s.vault()))
                .isPresent();
    }

    void forgetSuccession() throws DoppelException {
        if (Files.exists(folder.resolve(SUCCESSION))) {
            delete(SUCCESSION);
        }
    }

    boolean recoveryExported() {
        return Files.exists(folder.resolve(EXPORTED));
    }

    void markRecoveryExported() throws DoppelException {
        write(EXPORTED, new byte[0]);
    }

    private <T> Optional<T> read(String name, Class<T> type) throws DoppelException {
        Path file = folder.resolve(name);
        byte[] text;
        try {
            text = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("cannot be read", file, e);
        }
        Optional<T> value = Json.read(text, type);
        if (value.isEmpty()) {
            throw failure("is damaged", file, null);
        }
        return value;
    }

    private void write(String name, byte[] content) throws DoppelException {
        Path file = folder.resolve(name);
        try {
            DurableFiles.replace(file, content);
        } catch (IOException e) {
            throw failure("cannot be written", file, e);
        }
    }

    private static DoppelException failure(String what, Path file, IOException cause) {
        return new DoppelException(VaultError.LOCAL_STATE, file + " " + what, cause);
    }

    /** Lets others use the folder. */
    @Override
    public void close() throws DoppelException {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                throw failure("cannot be let go", folder, e);
            }
        }
    }
}
