package io.doppel.vault.format;

import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Makes golden vaults in {@code target/golden}. Not run by a build: those under {@code src/test/resources/golden} were made once, and
 * that later code can read them is what they are for. A new format version adds vaults and changes none:
 *
 * <pre>mvn -pl bundles/vault -am test -Dtest=MakeGoldenVaults -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class MakeGoldenVaults {
    private static final VaultOwner OWNER = new VaultOwner("installation", "server");
    private static final String PASSPHRASE = "correct horse — bättery staple";
    private static final long MIB_PAGES = 256;

    @TempDir
    Path temp;

    private final List<GoldenVault.Disk> expected = new ArrayList<>();

    /**
     * Makes one.
     *
     * @param released whether its server ended in peace, or the vault is as after a power cut
     */
    @ParameterizedTest
    @CsvSource({"v1-zstd, zstd, true", "v1-lz4, lz4, false"})
    void make(String name, String codec, boolean released) throws Exception {
        Path working = temp.resolve("vault");
        Path state = temp.resolve("state");
        GoldenVault golden = new GoldenVault(Files.createDirectories(Path.of("target", "golden", name)));
        try (Storage storage = LocalStorage.open(working)) {
            SparseDisk system = system();
            String first;
            try (Vault vault = Vault.create(storage, state, OWNER, codec, PASSPHRASE.toCharArray())) {
                first = storeFull(vault, system);
                storeChanges(vault, first, system.copy());
            }
            char[] recoveryKey;
            try (Vault vault = Vault.open(storage, state, OWNER, VaultAccess.ATTACH, new char[0])) {
                storeClone(vault, system.copy());
                recoveryKey = vault.recoveryKey();
                if (!released) {
                    copy(working, golden.vault());
                }
            }
            if (released) {
                copy(working, golden.vault());
            }
            Files.copy(state.resolve("machine.key"), golden.machineKey());
            golden.write(PASSPHRASE, recoveryKey, expected);
        }
    }

    /** Two segments, the second short, with all that the cutting rule tells apart. */
    private static SparseDisk system() {
        return new SparseDisk((68 << 20) + 1234)
                .text(0, 400, "system")
                .same(400, 300, 7) // chunks of the greatest length
                .random(700, 12, new Random(1))
                .text(720, 60, "eight zero pages are a hole")
                .text(787, 60, "seven are none")
                .text(4 * MIB_PAGES - 20, 100, "over the end of a window")
                .text(64 * MIB_PAGES - 70, 100, "over the end of a segment")
                .text(68 * MIB_PAGES - 3, 3, "just before the last, short page")
                .random(68 * MIB_PAGES, 1, new Random(2));
    }

    private String storeFull(Vault vault, SparseDisk system) throws Exception {
        SparseDisk tiny = new SparseDisk(700).text(0, 1, "no multiple of a sector");
        SparseDisk empty = new SparseDisk(9 << 20);
        try (Backup backup = new Backup(vault)) {
            backup.full("system", system).full("tiny", tiny).full("empty", empty);
            String version = backup.publish("mail ü", Instant.parse("2026-11-21T04:00:00Z"));
            expect(version, "system", system);
            expect(version, "tiny", tiny);
            expect(version, "empty", empty);
            return version;
        }
    }

    private void storeChanges(Vault vault, String base, SparseDisk system) throws Exception {
        ByteRange inside = new ByteRange(500 * 4096 + 100, 5000); // a hypervisor's blocks need not be pages
        system.text(10, 4, "changed")
                .zero(100, 100)
                .random(inside, new Random(3))
                .text(5000, 20, "was a hole")
                .zero(68 * MIB_PAGES - 1, 1)
                .random(68 * MIB_PAGES, 1, new Random(4));
        List<ByteRange> changes = List.of(
                pages(10, 4),
                pages(100, 100),
                inside,
                pages(5000, 20),
                pages(68 * MIB_PAGES - 1, 1),
                new ByteRange(68 << 20, 1234));
        try (Backup backup = new Backup(vault)) {
            backup.changed("system", system, base, changes);
            String version = backup.publish("mail ü", Instant.parse("2026-11-21T05:00:00Z"));
            expect(version, "system", system);
        }
    }

    /** A machine with nearly the same disk, and with a disk whose tree has three levels. */
    private void storeClone(Vault vault, SparseDisk system) throws Exception {
        system.text(30, 2, "clone");
        SparseDisk archive = new SparseDisk((1L << 30) + (5 << 20) + 511)
                .text(3, 20, "archive")
                .text(700 * MIB_PAGES, 40, "in the middle")
                .text((1029L << 20) / 4096, 1, "at the end");
        try (Backup backup = new Backup(vault)) {
            backup.full("system", system).full("archive", archive);
            String version = backup.publish("clone", Instant.parse("2026-11-21T06:00:00Z"));
            expect(version, "system", system);
            expect(version, "archive", archive);
        }
    }

    private static ByteRange pages(long page, long count) {
        return new ByteRange(page * 4096, count * 4096);
    }

    private void expect(String version, String key, SparseDisk disk) throws Exception {
        expected.add(new GoldenVault.Disk(version, key, disk.size(), Sha256.of(disk)));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (!target.startsWith(to.resolve(".tmp"))) {
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
    }
}
