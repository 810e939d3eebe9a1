package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people get wrong, on a running server: a coded failure with advice and exit status 1, nothing stored before is lost, and
 * once the cause is gone the same succeeds.
 */
class BadInputTest {
    private static final int MIB = 1 << 20;

    @TempDir
    static Path folder;

    private static Server server;
    private static Shell shell;
    private static SmallDisk small;
    private static Path machines;
    private static Path vaults;

    @BeforeAll
    static void start() throws Exception {
        Server unpacked = Server.unpack(folder);
        server = unpacked.asOrdinaryUser();
        shell = new Shell(server);
        small = SmallDisk.start(server, folder.resolve("small"));
        machines = Files.createDirectory(folder.resolve("machines"));
        vaults = Files.createDirectory(folder.resolve("vaults"));
        server.giveAway(machines);
        server.giveAway(vaults);
        shell.succeed("doppel:host-add", "folder", "--name", "h", "--set", "path=" + machines);
        shell.succeed(
                "doppel:vault-add", "local", "--name", "v", "--set", "path=" + vaults.resolve("v"), "--no-passphrase");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void unknownNamesAndNumbers() throws Exception {
        shell.fail("DPL-JOB-0004", "doppel:job-show", "999999");
        shell.fail("DPL-JOB-0004", "doppel:job-cancel", "999999");
        shell.fail("DPL-SHL-0001", "doppel:job-show", "x");
        shell.fail("DPL-API-0007", "doppel:version-show", "feed");
        shell.fail("DPL-API-0007", "doppel:restore", "feed", "--name", "x");
        shell.fail("DPL-API-0007", "doppel:validate", "feed");
        shell.fail("DPL-JOB-0002", "doppel:backup", "nowhere/x", "--vault", "v");
        shell.fail("DPL-JOB-0003", "doppel:backup", "h/none", "--vault", "v");
        shell.fail("DPL-API-0007", "doppel:validate", "--vault", "none");
        shell.fail("DPL-API-0007", "doppel:key-export", "none");
    }

    @Test
    void foldersThatAreMissingOrUnreadable() throws Exception {
        Path path = folder.resolve("host");
        String[] add = {"doppel:host-add", "folder", "--name", "late", "--set", "path=" + path};
        shell.fail("DPL-FLD-0001", add);
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
        server.giveAway(path);
        shell.fail("DPL-FLD-0002", add);
        mode(path, "rwxr-xr-x");
        shell.succeed(add);
        image(path.resolve("m/disk.img"), 5000);
        server.giveAway(path);
        shell.backup("late/m", "v");

        Path away = Files.move(path, folder.resolve("host away"));
        shell.fail("DPL-FLD-0001", "doppel:backup", "late/*", "--vault", "v");
        Files.move(away, path);
        shell.backup("late/*", "v");
    }

    @Test
    void anUnreadableImageFailsItsMachineOnly() throws Exception {
        Path closed = image(machines.resolve("part closed/disk.img"), 5000);
        image(machines.resolve("part open/disk.img"), 5000);
        server.giveAway(machines);
        mode(closed, "---------");
        String said = shell.fail("DPL-DSK-0002", "doppel:backup", "h/part *", "--vault", "v");
        assertTrue(said.contains(closed.toString()), said);
        assertEquals(1, versions("part open").size());
        mode(closed, "rw-r--r--");
        JsonNode retried =
                shell.ask("doppel:job-retry", shell.newestRun().path("id").asText());
        assertEquals(
                List.of("h/part closed"),
                retried.path("tasks").findValuesAsText("name").subList(0, 1));
        assertEquals(1, versions("part open").size());
        assertEquals(1, versions("part closed").size());
    }

    @Test
    void anImageThatShrinksOrGrowsWhileItIsReadIsNotStored() throws Exception {
        Path image = image(machines.resolve("busy/disk.img"), 4 * MIB);
        server.giveAway(machines);
        String[] slow = {"doppel:backup", "h/busy", "--vault", "v", "--set", "rate=1M"};
        for (long size : new long[] {5 * MIB, 1000}) {
            String run = shell.start(slow);
            shell.await(run, r -> Shell.read(r) > 0);
            try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
                if (size < file.size()) {
                    file.truncate(size);
                } else {
                    file.write(ByteBuffer.allocate(1), size - 1);
                }
            }
            String said = shell.fail("DPL-DSK-0011", "doppel:job-watch", run);
            assertTrue(said.contains(image.toString()), said);
        }
        assertEquals(0, versions("busy").size());
        mustRestore(shell.backup("h/busy", "v"), "busy");
    }

    @Test
    void imagesOfEverySizeComeBack() throws Exception {
        for (int size : new int[] {0, 1, 511, 512, 513, 4095, 4096, 4097, MIB + 1}) {
            image(machines.resolve("odd/d" + size + ".img"), size);
        }
        server.giveAway(machines);
        String version = shell.backup("h/odd", "v");
        shell.succeed("doppel:validate", version);
        mustRestore(version, "odd");
    }

    @Test
    void twoImagesOfOneName() throws Exception {
        image(machines.resolve("twins/disk.img"), 5000);
        Path second = image(machines.resolve("twins/disk.raw"), 5000);
        server.giveAway(machines);
        shell.fail("DPL-FLD-0005", "doppel:backup", "h/twins", "--vault", "v");
        Files.move(second, second.resolveSibling("data.raw"));
        mustRestore(shell.backup("h/twins", "v"), "twins");
    }

    @Test
    void namesWithSpacesUnicodeAndManyCharacters() throws Exception {
        String odd = "  ä 'ö' \"$HOME\" 盘 ".strip();
        String longest = "x".repeat(200);
        shell.succeed("doppel:host-add", "folder", "--name", odd, "--set", "path=" + machines);
        shell.succeed(
                "doppel:vault-add",
                "local",
                "--name",
                longest,
                "--set",
                "path=" + vaults.resolve(odd),
                "--no-passphrase");
        for (String name : List.of(odd, longest)) {
            image(machines.resolve(name).resolve(name + ".img"), 5000);
            server.giveAway(machines);
            String version = shell.backup(odd + "/" + name, longest);
            shell.succeed("doppel:restore", version, "--name", name + " again");
            assertSameTrees(machines.resolve(name), machines.resolve(name + " again"));
            for (String bad : List.of("../x", ".x", "x/y", "x".repeat(256))) {
                shell.fail("DPL-FLD-0008", "doppel:restore", version, "--name", bad);
            }
            shell.fail("DPL-FLD-0009", "doppel:restore", version, "--name", name);
        }
        shell.fail("DPL-API-0001", "doppel:host-add", "folder", "--name", "x".repeat(256), "--set", "path=" + machines);
        shell.succeed("doppel:vault-remove", longest, "--yes");
        shell.succeed("doppel:host-remove", odd, "--yes");
    }

    @Test
    void aVaultThatIsFull() throws Exception {
        shell.succeed(
                "doppel:vault-add",
                "local",
                "--name",
                "small",
                "--set",
                "path=" + small.path.resolve("vault"),
                "--no-passphrase");
        image(machines.resolve("before/disk.img"), MIB);
        image(machines.resolve("big/disk.img"), 24 * MIB);
        server.giveAway(machines);
        String before = shell.backup("h/before", "small");
        small.fill(8);
        shell.fail("DPL-STO-0004", "doppel:backup", "h/big", "--vault", "small");
        String failed = shell.newestRun().path("id").asText();
        mustRestore(before, "before");
        small.free();
        shell.succeed("doppel:job-retry", failed);
        mustRestore(versions("big").get(0), "big");
        mustRestore(before, "before");
        shell.succeed("doppel:validate", "--vault", "small");
        shell.succeed("doppel:vault-remove", "small", "--yes");
        deleteTree(small.here("vault"));
    }

    @Test
    void aHostThatIsFull() throws Exception {
        Path target = Files.createDirectory(small.here("machines"));
        server.giveAway(target);
        shell.succeed(
                "doppel:host-add", "folder", "--name", "small", "--set", "path=" + small.path.resolve("machines"));
        image(machines.resolve("wide/disk.img"), 24 * MIB);
        server.giveAway(machines);
        String version = shell.backup("h/wide", "v");
        small.fill(8);
        shell.fail("DPL-DSK-0013", "doppel:restore", version, "--host", "small", "--name", "wide");
        assertEquals(List.of(), tree(target));
        String failed = shell.newestRun().path("id").asText();
        small.free();
        shell.succeed("doppel:job-retry", failed);
        assertSameTrees(machines.resolve("wide"), target.resolve("wide"));
        shell.succeed("doppel:host-remove", "small", "--yes");
        deleteTree(target);
    }

    @Test
    void aWrongPassphraseAndAVaultOfANewerFormat() throws Exception {
        Path vault = passphraseVault("locked");
        String version = versionsOf("locked").get(0);
        shell.succeed("doppel:vault-remove", "locked", "--yes");
        shell.fail("DPL-VLT-0002", addVault("locked", "--passphrase-file", secret("right")));
        shell.fail("DPL-VLT-0004", addVault("locked", "--attach", "--passphrase-file", secret("wrong")));
        shell.fail("DPL-VLT-0005", addVault("locked", "--attach", "--no-passphrase"));
        shell.fail("DPL-SHL-0005", addVault("locked", "--attach", "--passphrase-file", folder + "/none"));

        Path config = vault.resolve("config");
        String old = Files.readString(config);
        String newer = old.replace("\"format\":1,", "\"format\":2,");
        assertNotEquals(old, newer);
        overwrite(config, newer.getBytes(StandardCharsets.UTF_8));
        List<Path> before = tree(vault);
        for (String access : List.of("--attach", "--take-over", "--read-only")) {
            shell.fail("DPL-VLT-0003", addVault("locked", access, "--passphrase-file", secret("right")));
        }
        assertEquals(before, tree(vault));
        assertEquals(newer, Files.readString(config));
        overwrite(config, old.getBytes(StandardCharsets.UTF_8));

        shell.succeed(addVault("locked", "--attach", "--passphrase-file", secret("right")));
        assertEquals(List.of(version), versionsOf("locked"));
        mustRestore(version, "of locked");
    }

    @Test
    void aVaultThatAnotherServerHolds() throws Exception {
        passphraseVault("shared");
        Server second = Server.unpack(folder.resolve("second")).asOrdinaryUser();
        second.doppel("start").mustSucceed();
        try (Server running = second) {
            Shell other = new Shell(running);
            other.fail("DPL-VLT-0006", addVault("shared", "--attach", "--passphrase-file", secret("right")));
            other.succeed(addVault("shared", "--read-only", "--passphrase-file", secret("right")));
            assertEquals(versionsOf("shared"), other.ask("doppel:version-list").findValuesAsText("id"));
            other.succeed("doppel:host-add", "folder", "--name", "h", "--set", "path=" + machines);
            other.fail("DPL-JOB-0014", "doppel:backup", "h/of shared", "--vault", "shared");
            other.succeed("doppel:vault-remove", "shared", "--yes");

            String right = secret("right");
            other.fail("DPL-VLT-0061", addVault("shared", "--take-over", "--passphrase-file", right));
            other.succeed(addVault("shared", "--take-over", "--cut-off-living", "--passphrase-file", right));
            String theirs = other.backup("h/of shared", "shared");
            shell.fail("DPL-VLT-0006", "doppel:backup", "h/of shared", "--vault", "shared");
            other.succeed("doppel:vault-remove", "shared", "--yes");
            shell.backup("h/of shared", "shared");
            mustRestore(theirs, "of shared");
            assertEquals(3, versionsOf("shared").size());
        }
    }

    @Test
    void damagedObjectsOfAVault() throws Exception {
        Path vault = passphraseVault("hurt");
        String version = versionsOf("hurt").get(0);
        for (String kind : List.of("data", "tree", "index")) {
            whileDamaged(vault.resolve(kind), names -> {
                shell.succeed(addVault("hurt", "--attach", "--passphrase-file", secret("right")));
                String said = shell.fail("DPL-JOB-0011", "doppel:validate", "--vault", "hurt");
                names.forEach(name -> assertTrue(said.contains(name), () -> name + " is not named in " + said));
                if (kind.equals("index")) {
                    mustRestore(version, "of hurt");
                } else {
                    shell.fail("DPL-VLT-0012", "doppel:restore", version, "--name", "hurt again");
                    assertFalse(Files.exists(machines.resolve("hurt again")));
                    assertEquals(
                            "DAMAGED",
                            shell.ask("doppel:version-show", version)
                                    .path("health")
                                    .asText());
                }
            });
        }
        for (String kind : List.of("config", "keyring", "copies")) {
            whileDamaged(vault.resolve(kind), names -> {
                shell.succeed(addVault("hurt", "--attach", "--passphrase-file", secret("right")));
                shell.succeed("doppel:validate", "--vault", "hurt");
                mustRestore(version, "of hurt");
            });
        }
        for (String kind : List.of("heads", "keys", "lease")) {
            whileDamaged(vault.resolve(kind), names -> {
                String code = kind.equals("keys") ? "DPL-VLT-0004" : "DPL-VLT-0009";
                String said = shell.fail(code, addVault("hurt", "--attach", "--passphrase-file", secret("right")));
                assertTrue(names.stream().anyMatch(said::contains), said);
            });
        }
        whileDamaged(vault.resolve("versions"), names -> {
            shell.succeed(addVault("hurt", "--attach", "--passphrase-file", secret("right")));
            JsonNode shown = shell.ask("doppel:version-show", version);
            assertEquals("DAMAGED", shown.path("health").asText());
            shell.fail("DPL-VLT-0009", "doppel:restore", version, "--name", "hurt again");
            mustRestore(shell.backup("h/of hurt", "hurt"), "of hurt");
        });
        shell.succeed(addVault("hurt", "--attach", "--passphrase-file", secret("right")));
        shell.succeed("doppel:validate", "--vault", "hurt");
        mustRestore(version, "of hurt");
    }

    @Test
    void aDamagedKeyFileOnTheServer() throws Exception {
        passphraseVault("keyless");
        Path key = newestKeyFile();
        byte[] whole = Files.readAllBytes(key);
        overwrite(key, new byte[10]);
        // What is open stays open; a plug-in that comes back makes the server open its vaults anew.
        shell.succeed("bundle:restart", "io.doppel.storage-local");
        String said = shell.fail("DPL-VLT-0005", "doppel:backup", "h/of keyless", "--vault", "keyless");
        assertTrue(said.contains(key.toString()), said);
        overwrite(key, whole);
        mustRestore(shell.backup("h/of keyless", "keyless"), "of keyless");
    }

    /** docs/keys.md: what is refused, and how somebody gets in who has nothing but the recovery key. */
    @Test
    void keysAreChangedAndTheRecoveryKeyAloneGetsIn() throws Exception {
        passphraseVault("keyed");
        String recovery = vaults.resolve("recovery.txt").toString();
        shell.succeed("doppel:key-export", "keyed", "--file", recovery);
        shell.succeed("doppel:key-passwd", "keyed", "--passphrase-file", secret("newer"));
        shell.succeed("doppel:key-rotate", "keyed");
        shell.succeed("doppel:key-epoch", "keyed");
        String own = ownSlot("keyed");
        shell.fail("DPL-VLT-0043", "doppel:key-remove", "keyed", own, "--yes");
        shell.fail("DPL-VLT-0042", "doppel:key-remove", "keyed", "recovery key", "--yes");
        String version = shell.backup("h/of keyed", "keyed");
        shell.succeed("doppel:vault-remove", "keyed", "--yes");

        shell.fail("DPL-VLT-0004", addVault("keyed", "--attach", "--passphrase-file", secret("right")));
        shell.succeed(addVault("keyed", "--read-only", "--passphrase-file", recovery));
        assertTrue(versionsOf("keyed").contains(version));
        shell.fail("DPL-VLT-0008", "doppel:key-epoch", "keyed");
        shell.succeed("doppel:vault-remove", "keyed", "--yes");

        shell.succeed(addVault("keyed", "--attach", "--passphrase-file", recovery));
        assertNotEquals(own, ownSlot("keyed"));
        shell.succeed("doppel:key-remove", "keyed", own, "--yes");
        assertEquals(3, shell.ask("doppel:key-list", "keyed").size());
        String log = server.log();
        assertTrue(log.contains("asked for key-rotate of vault 'keyed'"), log);
        assertFalse(log.contains("User 'unknown'"), log);
        assertTrue(log.contains("removed key slot " + own), log);
        assertFalse(log.contains("newer words")
                || log.contains(Files.readString(Path.of(recovery)).strip()));
    }

    private static String ownSlot(String vault) throws Exception {
        for (JsonNode slot : shell.ask("doppel:key-list", vault)) {
            if (slot.path("own").asBoolean()) {
                return slot.path("id").asText();
            }
        }
        throw new AssertionError("no slot is this server's own");
    }

    /** A vault with a passphrase and a version of a machine of its own. */
    private static Path passphraseVault(String name) throws Exception {
        image(machines.resolve("of " + name + "/disk.img"), MIB);
        server.giveAway(machines);
        shell.succeed(addVault(name, "--passphrase-file", secret("right")));
        shell.backup("h/of " + name, name);
        return vaults.resolve(name);
    }

    private static String[] addVault(String name, String... options) {
        List<String> all = new ArrayList<>(
                List.of("doppel:vault-add", "local", "--name", name, "--set", "path=" + vaults.resolve(name)));
        all.addAll(List.of(options));
        return all.toArray(String[]::new);
    }

    private static String secret(String words) throws Exception {
        Path file = vaults.resolve(words + ".txt");
        if (!Files.exists(file)) {
            Files.writeString(file, words + " words\n");
            server.giveAway(vaults);
        }
        return file.toString();
    }

    private interface Check {
        void that(List<String> names) throws Exception;
    }

    /** Detaches the vault, flips a bit in all objects of a kind, and makes them whole again after the check. */
    private static void whileDamaged(Path kind, Check check) throws Exception {
        Path vault = kind.getParent();
        server.doppel("doppel:vault-remove", vault.getFileName().toString(), "--yes");
        Map<Path, byte[]> whole = new TreeMap<>();
        for (Path object : tree(kind)) {
            if (Files.isRegularFile(object)) {
                byte[] bytes = Files.readAllBytes(object);
                whole.put(object, bytes.clone());
                bytes[bytes.length / 2] ^= 1;
                overwrite(object, bytes);
            }
        }
        check.that(whole.keySet().stream().map(p -> p.getFileName().toString()).toList());
        server.doppel("doppel:vault-remove", vault.getFileName().toString(), "--yes");
        for (Map.Entry<Path, byte[]> object : whole.entrySet()) {
            overwrite(object.getKey(), object.getValue());
        }
    }

    private static Path newestKeyFile() throws IOException {
        try (Stream<Path> all = Files.walk(server.state())) {
            return all.filter(p -> p.endsWith("machine.key"))
                    .max(Comparator.comparing(p -> p.toFile().lastModified()))
                    .orElseThrow();
        }
    }

    /** Writes into an existing file, whose owner and mode stay. */
    private static void overwrite(Path file, byte[] bytes) throws IOException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
        mode(file, "rw-------");
        Files.write(file, bytes);
        Files.setPosixFilePermissions(file, mode);
    }

    private static void mode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static Path image(Path file, int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(file.hashCode()).nextBytes(bytes);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    private static List<String> versions(String machine) throws Exception {
        return shell.ask("doppel:version-list", "--machine", machine).findValuesAsText("id");
    }

    private static List<String> versionsOf(String vault) throws Exception {
        return shell.ask("doppel:version-list", "--vault", vault).findValuesAsText("id");
    }

    /** Restores a version beside its machine and compares all files. */
    private static void mustRestore(String version, String machine) throws Exception {
        Path copy = machines.resolve(machine + " restored");
        shell.succeed("doppel:restore", version, "--name", copy.getFileName().toString());
        assertSameTrees(machines.resolve(machine), copy);
        deleteTree(copy);
    }

    private static void assertSameTrees(Path expected, Path found) throws IOException {
        List<Path> names = tree(expected);
        assertEquals(
                names.stream().map(expected::relativize).toList(),
                tree(found).stream().map(found::relativize).toList());
        for (Path name : names) {
            assertEquals(-1, Files.mismatch(name, found.resolve(expected.relativize(name))), name::toString);
        }
    }

    /** Everything below a folder, or the file itself. */
    private static List<Path> tree(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(p -> !p.equals(folder) || Files.isRegularFile(p))
                    .sorted()
                    .toList();
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        List<Path> all = new ArrayList<>(tree(folder));
        Collections.reverse(all);
        for (Path p : all) {
            Files.delete(p);
        }
        Files.delete(folder);
    }
}
