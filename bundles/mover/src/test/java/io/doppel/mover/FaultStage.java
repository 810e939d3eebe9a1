package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Operation;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;

/**
 * A vault right before a backup that shall be disturbed, and what an undisturbed one does: the first full of a machine with two
 * disks, a second backup that reads everything, or a third that reads changes.
 */
final class FaultStage {
    private final Path temp;
    private final MemoryStorage.Content content;
    private final Path state;
    private final Map<String, Map<String, byte[]>> earlier;
    private final Map<String, byte[]> disks;
    private final Map<String, List<ByteRange>> changes;
    private final List<Operation> operations;
    private final long full;

    private FaultStage(
            Path temp,
            MemoryStorage.Content content,
            Path state,
            Map<String, Map<String, byte[]>> earlier,
            Map<String, byte[]> disks,
            Map<String, List<ByteRange>> changes)
            throws Exception {
        this.temp = temp;
        this.content = content.copy();
        this.state = copy(state, newFolder());
        this.earlier = new LinkedHashMap<>(earlier);
        this.disks = disks;
        this.changes = changes;
        FailpointStorage counting = new FailpointStorage(new MemoryStorage(content, false));
        try (Vault vault = Rig.open(counting, state)) {
            earlier.put(backup(vault), disks);
        }
        this.operations = counting.operations();
        this.full = packs(content) - packs(this.content);
    }

    /**
     * The stage before a backup.
     *
     * @param step 0 for the first full, 1 for the one that reads everything again, 2 for the one that reads changes
     */
    static FaultStage before(int step, Path temp) throws Exception {
        MemoryStorage storage = new MemoryStorage();
        Path state = Files.createTempDirectory(temp, "first");
        Rig.create(storage, state).close();
        Map<String, Map<String, byte[]>> earlier = new LinkedHashMap<>();
        Map<String, byte[]> disks = Map.of("a", Bytes.made(1, 400_001), "b", Bytes.made(2, 300_001));
        FaultStage stage = new FaultStage(temp, storage.content(), state, earlier, disks, Map.of());
        for (int i = 1; i <= step; i++) {
            Map<String, List<ByteRange>> changes = new LinkedHashMap<>();
            disks = changed(disks, i, changes);
            stage = new FaultStage(temp, storage.content(), state, earlier, disks, i == 1 ? Map.of() : changes);
        }
        return stage;
    }

    /** Both disks differ after the first backup, only one after the second. */
    private static Map<String, byte[]> changed(
            Map<String, byte[]> before, int round, Map<String, List<ByteRange>> changes) {
        Map<String, byte[]> after = new LinkedHashMap<>();
        before.forEach((key, bytes) -> {
            byte[] copy = bytes.clone();
            if (round == 1 || key.equals("a")) {
                byte[] fresh = new byte[90_000];
                new Random(round + key.hashCode()).nextBytes(fresh);
                System.arraycopy(fresh, 0, copy, 100_000 * round, fresh.length);
                changes.put(key, List.of(new ByteRange(100_000L * round, fresh.length)));
            } else {
                changes.put(key, List.of());
            }
            after.put(key, copy);
        });
        return after;
    }

    /** The vault's objects before the backup. */
    MemoryStorage.Content content() {
        return content;
    }

    /** Earlier versions with their disks. */
    Map<String, Map<String, byte[]>> earlier() {
        return earlier;
    }

    /** The disks that are backed up. */
    Map<String, byte[]> disks() {
        return disks;
    }

    /** The storage operations from opening the vault for the backup to closing it. */
    List<Operation> operations() {
        return operations;
    }

    /** Bytes of the packs that the backup stores. */
    long full() {
        return full;
    }

    /** Backs up, each disk that is read in a thread of its own. */
    String backup(Vault vault) throws DoppelException {
        if (!changes.isEmpty()) {
            Map<String, Bytes> sources = new LinkedHashMap<>();
            disks.forEach((key, bytes) -> sources.put(key, new Bytes(bytes)));
            String base = List.copyOf(earlier.keySet()).get(earlier.size() - 1);
            return Machine.backup(vault, sources, Optional.of(base), changes, Rig.NEVER);
        }
        CyclicBarrier together = new CyclicBarrier(disks.size());
        Map<String, LanedDisk> sources = new LinkedHashMap<>();
        disks.forEach((key, bytes) -> sources.put(key, new LanedDisk(bytes, together)));
        return Machine.backup(vault, sources, Rig.NEVER);
    }

    /** A copy of what the server remembers of the vault before the backup. */
    Path copyOfState() throws IOException {
        return copy(state, newFolder());
    }

    Path newFolder() throws IOException {
        return Files.createTempDirectory(temp, "state");
    }

    /** Bytes of all packs. */
    static long packs(MemoryStorage.Content content) {
        long sum = 0;
        for (String name : content.names()) {
            if (name.startsWith("data/") || name.startsWith("tree/")) {
                sum += content.bytes(name).orElseThrow().length;
            }
        }
        return sum;
    }

    /** Copies the files of a folder into another one. */
    static Path copy(Path from, Path to) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
            for (Path file : files) {
                copyIfThere(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    /** Threads of a process that a test calls dead go on; what one of them renames meanwhile is there under its new name. */
    private static void copyIfThere(Path from, Path to) throws IOException {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            assertTrue(from.toString().endsWith(".tmp"), e.toString());
        }
    }
}
