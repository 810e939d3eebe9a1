package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * A vault that nobody has open, with the slots of its server and of the recovery key, and one for the passphrase {@code old}, whose key
 * is quickly derived.
 *
 * @param storage its objects
 * @param folder of its server
 * @param id its id
 * @param recovery its recovery key
 */
record KeyVault(MapStorage storage, Path folder, String id, String recovery) {
    static final String LABEL = "anna";
    static final String OLD = "old passphrase";

    static KeyVault make(Path folder) throws DoppelException {
        MapStorage storage = new MapStorage();
        String id;
        String recovery;
        try (VaultMeta meta = Fixture.create(storage, folder)) {
            id = meta.id();
            recovery = new String(meta.recoveryKeyText());
        }
        KeyVault vault = new KeyVault(storage, folder, id, recovery);
        try (MasterKey master = vault.master()) {
            new SlotChanges(vault.slots(), master).addPassphrase(LABEL, OLD.toCharArray());
        }
        return vault;
    }

    /** The same vault and server once more. */
    KeyVault copyTo(Path otherFolder) throws IOException {
        Files.createDirectories(otherFolder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.copy(file, otherFolder.resolve(file.getFileName()));
            }
        }
        return new KeyVault(new MapStorage(new ConcurrentSkipListMap<>(storage.objects)), otherFolder, id, recovery);
    }

    KeySlots slots() {
        return new KeySlots(new ObjectIo(storage), id, KeyVault::quickKdf);
    }

    private static Slot.Kdf quickKdf() {
        return new Slot.Kdf("argon2id", 19, 8, 1, 1, Digests.random(16));
    }

    /** The master key, by the key file. */
    MasterKey master() throws DoppelException {
        try (MachineKey file = LocalState.forReading(folder).machineKey().orElseThrow()) {
            return slots().unlock(file);
        }
    }

    /** Whether a passphrase or the recovery key opens it. */
    boolean opens(String text) throws DoppelException {
        try (MasterKey opened = slots().unlock(text.toCharArray())) {
            return true;
        } catch (DoppelException e) {
            if (e.is(VaultError.WRONG_KEY)) {
                return false;
            }
            throw e;
        }
    }

    /** Names of the slots' objects. */
    List<String> slotObjects() {
        return storage.objects.keySet().stream()
                .filter(n -> n.startsWith("keys/"))
                .toList();
    }

    /** What verification finds wrong after its server opened it once more. */
    List<ObjectProblem> problems() throws DoppelException {
        try (VaultMeta meta = Fixture.attach(storage, folder)) {
            return meta.verifyMeta(Fixture.NEVER);
        }
    }
}
