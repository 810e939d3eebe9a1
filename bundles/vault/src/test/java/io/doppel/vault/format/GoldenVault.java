package io.doppel.vault.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    Path passphrase() {
        return folder.resolve("passphrase");
    }

    Path recoveryKey() {
        return folder.resolve("recovery-key");
    }

    Path machineKey() {
        return folder.resolve("machine.key");
    }

    /** All disks of all versions, in the order in which they were stored. */
    List<Disk> disks() throws IOException {
        return Files.readAllLines(folder.resolve("disks.tsv")).stream()
                .map(Disk::parse)
                .toList();
    }

    /** The ids of all versions, in the order in which they were stored. */
    List<String> versions() throws IOException {
        return disks().stream().map(Disk::version).distinct().toList();
    }

    /** Describes a vault that was just made. */
    void write(String passphrase, char[] recoveryKey, List<Disk> disks) throws IOException {
        Files.writeString(passphrase(), passphrase + "\n");
        Files.writeString(recoveryKey(), new String(recoveryKey) + "\n");
        Files.write(
                folder.resolve("disks.tsv"), disks.stream().map(Disk::toString).toList(), StandardCharsets.UTF_8);
    }

    /** Names of the vault's objects in a folder and those below it, sorted. */
    List<String> objects(String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(vault().resolve(prefix))) {
            return files.filter(Files::isRegularFile)
                    .map(f -> vault().relativize(f).toString())
                    .sorted()
                    .toList();
        }
    }

    /** A copy of the vault that may be damaged. */
    Path copyTo(Path target) throws IOException {
        for (String object : objects("")) {
            Files.createDirectories(target.resolve(object).getParent());
            Files.copy(vault().resolve(object), target.resolve(object));
        }
        return target;
    }

    @Override
    public String toString() {
        return folder.getFileName().toString();
    }
}
