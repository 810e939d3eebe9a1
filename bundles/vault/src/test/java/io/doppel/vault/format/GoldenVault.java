package io.doppel.vault.format;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A vault that was made once by {@link MakeGoldenVaults} and never changes, with the keys that open it and what is in it.
 *
 * @param folder holds {@code vault/}, {@code passphrase}, {@code recovery-key}, {@code machine.key} and {@code disks.tsv}
 */
record GoldenVault(Path folder) {
    private static final Path ALL = Path.of("src", "test", "resources", "golden");

    /**
     * A disk of a version.
     *
     * @param sha256 of its content, in hex
     */
    record Disk(String version, String key, long size, String sha256) {
        static Disk parse(String line) {
            String[] field = line.split("\t");
            return new Disk(field[0], field[1], Long.parseLong(field[2]), field[3]);
        }

        @Override
        public String toString() {
            return String.join("\t", version, key, Long.toString(size), sha256);
        }
    }

    static Stream<GoldenVault> all() {
        try (Stream<Path> folders = Files.list(ALL)) {
            return folders.sorted().map(GoldenVault::new).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path vault() {
        return folder.resolve("vault");
    }

    Path machineKey() {
        return folder.resolve("machine.key");
    }

    String passphrase() throws IOException {
        return Files.readString(folder.resolve("passphrase")).strip();
    }

    String recoveryKey() throws IOException {
        return Files.readString(folder.resolve("recovery-key")).strip();
    }

    /** All disks of all versions, in the order in which they were stored. */
    List<Disk> disks() throws IOException {
        return Files.readAllLines(folder.resolve("disks.tsv")).stream()
                .map(Disk::parse)
                .toList();
    }

    /** Describes a vault that was just made. */
    void write(String passphrase, char[] recoveryKey, List<Disk> disks) throws IOException {
        Files.writeString(folder.resolve("passphrase"), passphrase + "\n");
        Files.writeString(folder.resolve("recovery-key"), new String(recoveryKey) + "\n");
        Files.write(
                folder.resolve("disks.tsv"), disks.stream().map(Disk::toString).toList(), StandardCharsets.UTF_8);
    }

    /** Objects of the vault whose names start so, as paths below it; the greatest first. */
    List<String> objects(String prefix) throws IOException {
        return objects(vault(), prefix);
    }

    static List<String> objects(Path vault, String prefix) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.walk(vault)) {
            found.filter(Files::isRegularFile).forEach(files::add);
        }
        files.sort((a, b) -> Long.compare(b.toFile().length(), a.toFile().length()));
        return files.stream()
                .map(f -> vault.relativize(f).toString())
                .filter(n -> n.startsWith(prefix))
                .toList();
    }

    /** Opens it through the vault's API, for reading only. */
    Vault open(Storage storage, Path state, String unlock) throws DoppelException {
        VaultOwner owner = new VaultOwner("installation", "server");
        return Vault.open(storage, state, owner, VaultAccess.READ_ONLY, unlock.toCharArray());
    }

    Storage storage() throws DoppelException {
        return LocalStorage.openReadOnly(vault().toAbsolutePath());
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
