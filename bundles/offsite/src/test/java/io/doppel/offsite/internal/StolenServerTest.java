package io.doppel.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.offsite.internal.alert.Alert;
import io.doppel.offsite.internal.alert.AlertKind;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.storage.offsite.wire.ModuleError;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody has the server with its key, token, certificate and the keys of its vault, and tries on every kind of object all that the
 * protocol has: within the window nothing is lost, and the undo brings it back.
 */
class StolenServerTest {
    private static final byte[] FORGED = "forged".getBytes(StandardCharsets.UTF_8);

    /** All kinds of docs/vault-format.md §2 but those that live only for moments: removals, questions and answers. */
    private static final Set<String> KINDS = Set.of(
            "cleared",
            "config",
            "copies",
            "data",
            "heads",
            "holds",
            "index",
            "keyring",
            "keys",
            "lease",
            "recovery",
            "reserve",
            "tree",
            "versions");

    @TempDir
    Path folder;

    private final Map<String, byte[]> versions = new TreeMap<>();
    private Site site;
    private Map<String, String> settings;
    private char[] key;

    @BeforeEach
    void makeVault() throws Exception {
        site = new Site(Files.createDirectory(folder.resolve("site")));
        settings = site.add("client");
        try (Storage storage = site.open(settings);
                Vault vault = VaultRig.create(storage, folder.resolve("state"))) {
            key = vault.recoveryKey();
            String gone = VaultRig.store(vault, VaultRig.content(100));
            for (int i = 0; i < 3; i++) {
                byte[] content = VaultRig.content(i);
                versions.put(VaultRig.store(vault, content), content);
            }
            vault.remove(List.of(gone));
            VaultRig.collect(vault);
            vault.holds().add(versions.keySet().iterator().next(), "kept for the auditors");
            try (RecoveryCopies.Draft copy = vault.recoveryCopies().begin(Instant.now())) {
                copy.part("what the server knew".getBytes(StandardCharsets.UTF_8));
                copy.commit("a copy");
            }
            assertEquals(KINDS, kinds(Steps.names(storage)), "the vault has all kinds of objects");
        }
    }

    @AfterEach
    void close() throws Exception {
        site.close();
    }

    private static Set<String> kinds(Set<String> names) {
        return names.stream().map(name -> name.split("/")[0]).collect(Collectors.toCollection(TreeSet::new));
    }

    /** What is there, but for what is worth nothing. */
    private static Map<String, String> contents(Storage storage) throws Exception {
        Map<String, String> contents = new TreeMap<>();
        for (String name : Steps.names(storage)) {
            if (!name.startsWith("reserve/")) {
                contents.put(name, HexFormat.of().formatHex(EnrolmentCode.sha256(Steps.bytes(storage, name))));
            }
        }
        return contents;
    }

    private long event() throws Exception {
        return site.module.store("client").figures().event();
    }

    @Test
    void nothingIsLostWithinTheWindowAndTheUndoBringsItBack() throws Exception {
        Map<String, String> before;
        try (Storage storage = site.open(settings)) {
            before = contents(storage);
        }
        long good = event();
        try (Storage thief = site.open(settings)) {
            overwriteAndShadow(thief);
            replaceEach(thief);
            forgeLists(thief);
            rollBack(thief);
            replaceEach(thief);
            for (String name : Steps.names(thief)) {
                thief.delete(name);
            }
            assertEquals(Set.of(), Steps.names(thief));
        }
        waitUntilTheWindowIsNearlyOver();
        Set<AlertKind> alerts =
                site.module.alerts().list().stream().map(Alert::kind).collect(Collectors.toSet());
        assertTrue(
                alerts.containsAll(List.of(AlertKind.KEYS, AlertKind.NEWEST_HEAD, AlertKind.MASS_CONDEMNATION)),
                alerts.toString());
        site.module.undo("client", good);
        Steps.fails(ModuleError.LOCKED, () -> {
            try (Storage thief = site.open(settings)) {
                thief.delete("config");
            }
        });
        Map<String, String> renewed = site.settings(site.module.renewClient("client", site.listener.fingerprint()));
        site.module.lock("client", false);
        Steps.fails(ModuleError.NOT_KNOWN, () -> site.open(settings));
        try (Storage storage = site.open(renewed)) {
            assertEquals(before, contents(storage));
            checkVault(storage);
        }
    }

    /** What is there keeps its bytes, and nothing else gets a name that could be taken for one of theirs. */
    private static void overwriteAndShadow(Storage thief) throws Exception {
        Map<String, String> before = contents(thief);
        for (String name : Steps.names(thief)) {
            Steps.fails(StorageError.EXISTS, () -> Steps.put(thief, name, FORGED));
            for (String like : List.of(
                    "/" + name, name + "/", "./" + name, "x/../" + name, name.toUpperCase(Locale.ROOT), name + " ")) {
                if (!like.equals(name)) {
                    Steps.fails(StorageError.BAD_NAME, () -> Steps.put(thief, like, FORGED));
                }
            }
        }
        assertEquals(before, contents(thief));
    }

    /** Each object is condemned, twice, and put again with other bytes and with those of its neighbour, again and again. */
    private static void replaceEach(Storage thief) throws Exception {
        byte[] neighbour = FORGED;
        for (String name : Steps.names(thief)) {
            byte[] own = Steps.bytes(thief, name);
            for (byte[] other : List.of(FORGED, neighbour, own)) {
                thief.delete(name);
                thief.delete(name);
                Steps.put(thief, name, other);
                assertArrayEquals(other, Steps.bytes(thief, name));
            }
            thief.delete(name);
            if (name.hashCode() % 2 == 0) {
                Steps.put(thief, name, FORGED);
            }
            neighbour = own;
        }
    }

    /** Lists that would expire everything, in all forms that some module might believe. */
    private static void forgeLists(Storage thief) throws Exception {
        String all = String.join("\n", Steps.names(thief));
        for (String name : List.of(
                "cleared/" + "f".repeat(32),
                "removals/" + "f".repeat(32),
                "expire/all",
                "expire.list",
                "versions/ff/" + "f".repeat(32) + ".packs",
                "versions/ff/" + "f".repeat(32) + ".expires",
                "journal-0000000000000001",
                "snapshots/0000000000000001",
                "objects/01/0000000000000001",
                "clock/7fffffffffffffff-7fffffffffffffff",
                "clients/client/7fffffffffffffff",
                "alerts/0000000000000001")) {
            Steps.put(thief, name, all.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Old heads under the newest names, and a head and a lease above all that can come. */
    private static void rollBack(Storage thief) throws Exception {
        List<String> heads =
                Steps.names(thief).stream().filter(n -> n.startsWith("heads/")).toList();
        byte[] oldest = Steps.bytes(thief, heads.get(0));
        for (String head : heads) {
            thief.delete(head);
            Steps.put(thief, head, oldest);
        }
        for (String name : List.of("heads/ffffffffffffffff", "lease/ffffffff", "lease/ffffffff.closing")) {
            Steps.put(thief, name, oldest);
        }
        thief.delete(heads.get(heads.size() - 1));
        thief.delete("heads/ffffffffffffffff");
    }

    /** With clocks set, restarts and all work that the module does by itself. */
    private void waitUntilTheWindowIsNearlyOver() throws Exception {
        site.day.addAndGet(Duration.ofDays(4000).toMillis());
        site.module.tick();
        site.restart();
        site.day.addAndGet(-Duration.ofDays(8000).toMillis());
        site.run(Site.WINDOW.dividedBy(2));
        site.module.store("client").compactIfLong();
        site.restart();
        site.run(Site.WINDOW.dividedBy(2).minusHours(1));
        site.module.tick();
    }

    private void checkVault(Storage storage) throws Exception {
        try (Vault vault = VaultRig.open(storage, folder.resolve("other"), VaultAccess.TAKE_OVER, key)) {
            assertEquals(versions.keySet(), new TreeSet<>(vault.versionIds()));
            for (Map.Entry<String, byte[]> one : versions.entrySet()) {
                assertArrayEquals(one.getValue(), VaultRig.restore(vault, one.getKey()));
            }
            assertFalse(vault.readOnly());
            assertEquals(1, vault.holds().all().size());
            RecoveryCopies.Found copy = vault.recoveryCopies().all().get(0);
            assertEquals("a copy", copy.about());
            List<String> parts = new ArrayList<>();
            vault.recoveryCopies().read(copy.id(), part -> parts.add(new String(part, StandardCharsets.UTF_8)));
            assertEquals(List.of("what the server knew"), parts);
            String more = VaultRig.store(vault, VaultRig.content(7));
            assertArrayEquals(VaultRig.content(7), VaultRig.restore(vault, more));
        }
    }

    @Test
    void anUndoInTheMiddleOfTheAttackIsRightForEachMoment() throws Exception {
        Map<Long, Map<String, String>> moments = new TreeMap<>();
        try (Storage thief = site.open(settings)) {
            moments.put(event(), contents(thief));
            rollBack(thief);
            moments.put(event(), contents(thief));
            replaceEach(thief);
            moments.put(event(), contents(thief));
        }
        List<Long> events = new ArrayList<>(moments.keySet());
        for (int i : new int[] {0, 2, 1, 0}) {
            site.module.undo("client", events.get(i));
            site.module.lock("client", false);
            site.restart();
            try (Storage storage = site.open(settings)) {
                assertEquals(moments.get(events.get(i)), contents(storage), "moment " + i);
            }
        }
    }
}
