package io.doppel.vault.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultOwner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who knows nothing but docs/vault-format.md can restore, and never gets wrong bytes. */
class IndependentReaderTest {
    private static final String GOLDEN = "io.doppel.vault.format.GoldenVault#all";
    private static final int SEGMENT_PAGES = 16384;
    private static final int TRAILER = 40;

    @TempDir
    Path temp;

    private Python python;
    private Path out;

    @BeforeEach
    void prepare() {
        python = new Python(temp, Map.of());
        out = temp.resolve("out");
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void restoresEveryDiskWithThePassphrase(GoldenVault golden) throws Exception {
        restores(golden, golden.disks(), "--passphrase-file", golden.passphrase());
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void restoresEveryVersionWithTheRecoveryKey(GoldenVault golden) throws Exception {
        List<GoldenVault.Disk> disks =
                golden.disks().stream().filter(d -> d.key().equals("system")).toList();
        assertEquals(golden.versions().size(), disks.size());
        restores(golden, disks, "--recovery-key-file", golden.recoveryKey());
    }

    private void restores(GoldenVault golden, List<GoldenVault.Disk> disks, String option, Path key) throws Exception {
        for (GoldenVault.Disk disk : disks) {
            python.read(option, key, "restore", golden.vault(), disk.version(), disk.key(), out)
                    .output();
            assertEquals(disk.size(), Files.size(out));
            assertEquals(disk.sha256(), Sha256.of(out), disk::toString);
            Files.delete(out);
        }
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void listsAndVerifiesWithTheMachineKey(GoldenVault golden) throws Exception {
        List<String> listed = python.read("--machine-key-file", golden.machineKey(), "list", golden.vault())
                .output()
                .lines()
                .map(line -> line.split("\t"))
                .map(field -> String.join(" ", field[0], field[3], field[4]))
                .toList();
        List<String> expected = golden.disks().stream()
                .map(d -> d.version() + " " + d.key() + " " + d.size())
                .toList();
        assertEquals(expected, listed);
        python.verify("--machine-key-file", golden.machineKey(), "verify", golden.vault())
                .output();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "lz4"})
    void restoresWhatWasStoredJustNow(String codec) throws Exception {
        long seed = System.nanoTime();
        SparseDisk disk = made(new Random(seed));
        Path folder = temp.resolve("vault");
        VaultOwner owner = new VaultOwner("installation", "server");
        String version;
        try (Storage storage = LocalStorage.open(folder);
                Vault vault = Vault.create(storage, temp.resolve("state"), owner, codec, "a passphrase".toCharArray());
                Backup backup = new Backup(vault)) {
            version = backup.full("0", disk).publish("machine", Instant.now());
        }
        python = new Python(temp, Map.of("DOPPEL_PASSPHRASE", "a passphrase"));
        python.read("restore", folder, version, "0", out).output();
        assertEquals(disk.size(), Files.size(out));
        assertEquals(Sha256.of(disk), Sha256.of(out), "seed " + seed);
        assertEquals("", python.verify("verify", folder).err(), () -> "seed " + seed);
    }

    /** Packs, versions and heads of three key epochs, and slots that came and went. */
    @Test
    void restoresAndVerifiesAcrossKeyEpochs() throws Exception {
        SparseDisk disk = new SparseDisk(1 << 20).random(0, 60, new Random(1));
        Path folder = temp.resolve("vault");
        VaultOwner owner = new VaultOwner("installation", "server");
        List<String> versions = new ArrayList<>();
        List<String> sums = new ArrayList<>();
        try (Storage storage = LocalStorage.open(folder);
                Vault vault = Vault.create(storage, temp.resolve("state"), owner, "zstd", "first".toCharArray())) {
            for (int epoch = 1; epoch <= 3; epoch++) {
                try (Backup backup = new Backup(vault)) {
                    disk.random(epoch * 70L, 8, new Random(epoch));
                    versions.add(backup.full("0", disk).publish("machine", Instant.now()));
                    sums.add(Sha256.of(disk));
                }
                if (epoch < 3) {
                    assertEquals(epoch + 1, vault.keys().startEpoch());
                }
            }
            vault.keys().changePassphrase(Optional.empty(), "second".toCharArray());
            vault.keys().rotateMachineKey();
        }
        python = new Python(temp, Map.of("DOPPEL_PASSPHRASE", "second"));
        for (int i = 0; i < 3; i++) {
            python.read("restore", folder, versions.get(i), "0", out).output();
            assertEquals(sums.get(i), Sha256.of(out));
            Files.delete(out);
        }
        python.verify("--machine-key-file", temp.resolve("state/machine.key"), "verify", folder)
                .output();
        new Python(temp, Map.of("DOPPEL_PASSPHRASE", "first"))
                .read("list", folder)
                .assertRefusedBecauseOf("opens no slot");

        List<Path> newest = keyrings(folder, "00000003");
        damage(newest.get(0));
        Python.Result warned = python.read("list", folder);
        assertEquals(0, warned.exit(), warned.err());
        assertTrue(warned.err().contains("keyring"), warned.err());
        for (Path keyring : newest) {
            Files.delete(keyring);
        }
        python.read("list", folder).assertRefusedBecauseOf("names key epoch 3, which no keyring has");
    }

    private static List<Path> keyrings(Path folder, String generation) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(p -> p.getFileName().toString().matches("[0-9a-f]{8}" + generation + "([.]keyring)?"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Some 15 MiB of data on a disk of nearly three segments: runs of all kinds and lengths, and so many lone pages that the index has
     * several blocks.
     */
    private static SparseDisk made(Random random) {
        int pages = 3 * SEGMENT_PAGES - random.nextInt(1000);
        SparseDisk disk = new SparseDisk(pages * 4096L + 1 + random.nextInt(4095));
        int page = 0;
        while (page < pages) {
            int run = 1 + random.nextInt(random.nextInt(4) == 0 ? 300 : 20);
            switch (random.nextInt(8)) {
                case 0 -> disk.text(page, run, "run at " + page);
                case 1 -> disk.random(page, run, random);
                case 2 -> disk.same(page, run, 1 + random.nextInt(200));
                default -> run += random.nextInt(400);
            }
            page += run;
        }
        for (int p = SEGMENT_PAGES; p < 2 * SEGMENT_PAGES; p += 9) {
            disk.zero(p, 9).text(p, 1, "alone at");
        }
        return disk;
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void noticesDamageOfWhatDescribes(GoldenVault golden) throws Exception {
        Random random = new Random(1);
        List<String> names = new ArrayList<>(golden.objects("versions"));
        names.addAll(golden.objects("index"));
        List<String> heads = golden.objects("heads");
        names.add(heads.get(heads.size() - 1));
        for (String name : names) {
            Path vault = golden.copyTo(temp.resolve("vault of " + name.replace('/', ' ')));
            flip(vault.resolve(name), random.nextInt((int) Files.size(vault.resolve(name))), random);
            python.read("--machine-key-file", golden.machineKey(), "list", vault)
                    .assertRefusedBecauseOf(name);
        }
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void noticesChangedText(GoldenVault golden) throws Exception {
        Path vault = golden.copyTo(temp.resolve("vault"));
        String slot = "";
        for (String name : golden.objects("keys")) {
            if (replace(vault.resolve(name), "recovery key", "recovery kez")) {
                slot = name;
            }
        }
        Python.Result result = python.read("--machine-key-file", golden.machineKey(), "list", vault);
        assertEquals(0, result.exit(), "a bad slot kept another from opening the vault");
        assertTrue(result.err().contains(slot + ": its signature is wrong"), result.err());
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void usesTheCopyOfWhatIsDamaged(GoldenVault golden) throws Exception {
        List<String> copies = golden.objects("copies");
        assertEquals(2, copies.size());
        String ring = golden.objects("keyring").get(0);
        String ringCopy =
                copies.stream().filter(c -> c.endsWith(".keyring")).findFirst().orElseThrow();
        String configCopy =
                copies.stream().filter(c -> c.endsWith(".config")).findFirst().orElseThrow();
        for (List<String> pair : List.of(List.of("config", configCopy), List.of(ring, ringCopy))) {
            for (int i = 0; i < 2; i++) {
                Path vault = golden.copyTo(Files.createTempDirectory(temp, "vault"));
                damage(vault.resolve(pair.get(i)));
                listsWithAWarning(golden, vault, pair.get(i));
                Files.delete(vault.resolve(pair.get(i)));
                listsWithAWarning(golden, vault, pair.get(i));
                damage(vault.resolve(pair.get(1 - i)));
                Python.Result result = python.read("--machine-key-file", golden.machineKey(), "list", vault);
                result.assertRefusedBecauseOf(pair.get(1 - i));
            }
        }
    }

    /** Another digit in the id of the config; a wrong bit in the middle elsewhere. */
    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int id = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\"id\":\"");
        bytes[id < 0 ? bytes.length / 2 : id + 6] ^= 1;
        Files.write(file, bytes);
    }

    private void listsWithAWarning(GoldenVault golden, Path vault, String object) throws Exception {
        Python.Result result = python.read("--machine-key-file", golden.machineKey(), "list", vault);
        assertEquals(0, result.exit(), result::err);
        assertEquals(golden.disks().size(), result.out().lines().count());
        assertTrue(result.err().contains(object + ":"), result::err);
    }

    private static boolean replace(Path file, String old, String now) throws IOException {
        String before = Files.readString(file);
        String after = before.replace(old, now);
        Files.writeString(file, after);
        return !after.equals(before);
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void noticesObjectsUnderTheNamesOfOthers(GoldenVault golden) throws Exception {
        for (String folder : List.of("versions", "index", "heads", "data")) {
            List<String> names = golden.objects(folder);
            String name = names.get(names.size() - 1);
            Path vault = golden.copyTo(temp.resolve(folder));
            Files.copy(golden.vault().resolve(names.get(0)), vault.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            python.verify("--machine-key-file", golden.machineKey(), "verify", vault)
                    .assertRefusedBecauseOf(name);
        }
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void refusesWrongKeys(GoldenVault golden) throws Exception {
        new Python(temp, Map.of("DOPPEL_PASSPHRASE", "a wrong one"))
                .read("list", golden.vault())
                .assertRefusedBecauseOf("the passphrase key opens no slot");
        Path mistyped = temp.resolve("mistyped");
        String key = Files.readString(golden.recoveryKey());
        Files.writeString(mistyped, (key.startsWith("7") ? "8" : "7") + key.substring(1));
        python.read("--recovery-key-file", mistyped, "list", golden.vault()).assertRefusedBecauseOf("mistyped");
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void noticesAnyDamageOfPacks(GoldenVault golden) throws Exception {
        Random random = new Random(2);
        List<String> packs = new ArrayList<>(golden.objects("data"));
        packs.addAll(golden.objects("tree"));
        for (int fromEnd : new int[] {TRAILER + 1, 12, 0}) { // the CRC table, the CRC of the trailer, anywhere
            Path vault = golden.copyTo(Files.createTempDirectory(temp, "vault"));
            for (String pack : packs) {
                int size = (int) Files.size(vault.resolve(pack));
                flip(vault.resolve(pack), fromEnd == 0 ? random.nextInt(size) : size - fromEnd, random);
            }
            Python.Result result = python.verify("--machine-key-file", golden.machineKey(), "verify", vault);
            packs.forEach(result::assertRefusedBecauseOf);
        }
    }

    private static void flip(Path file, int at, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
    }

    @ParameterizedTest
    @MethodSource(GOLDEN)
    void restoresNothingFromDamagedRecordsAndTheRestAsItWas(GoldenVault golden) throws Exception {
        Random random = new Random(3);
        Path vault = golden.copyTo(temp.resolve("vault"));
        for (String pack : golden.objects("data")) {
            int size = (int) Files.size(vault.resolve(pack));
            flip(vault.resolve(pack), size / 3, random); // in a record
        }
        int refused = 0;
        List<GoldenVault.Disk> disks =
                golden.disks().stream().filter(d -> d.size() < 100 << 20).toList();
        for (GoldenVault.Disk disk : disks) {
            Python.Result result = python.read(
                    "--machine-key-file", golden.machineKey(), "restore", vault, disk.version(), disk.key(), out);
            if (result.exit() == 0) {
                assertEquals(disk.sha256(), Sha256.of(out), disk::toString);
                Files.delete(out);
            } else {
                result.assertRefusedBecauseOf("data/");
                assertFalse(Files.exists(out), "part of a damaged disk was left");
                refused++;
            }
        }
        assertNotEquals(0, refused);
        assertTrue(refused < disks.size(), "nothing could be restored");
    }
}
