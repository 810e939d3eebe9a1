package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An opening that fails, or is overtaken, late on its way leaves the vault as it was for others. */
class OpeningThatFailsTest {
    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();
    private String recovery;

    @BeforeEach
    void create() throws Exception {
        try (VaultMeta meta = Fixture.create(storage, temp.resolve("a"))) {
            Fixture.publish(meta);
            recovery = new String(meta.recoveryKeyText());
        }
    }

    /** A folder in the place of a file, which can be neither read nor replaced. */
    private void block(String server, String file) throws Exception {
        Files.createDirectories(temp.resolve(server).resolve(file).resolve("full"));
    }

    private Set<String> objects(String folder) {
        return storage.objects.keySet().stream()
                .filter(n -> n.startsWith(folder + "/"))
                .collect(Collectors.toSet());
    }

    @Test
    void aKeyFileThatCannotBeKeptLeavesNeitherALeaseNorASlot() throws Exception {
        Set<String> slots = objects("keys");
        block("b", "machine.key");
        Fixture.assertCode(
                VaultError.KEY_FILE,
                () -> Fixture.open(storage, temp.resolve("b"), Fixture.BETA, VaultAccess.ATTACH, recovery));
        assertEquals(slots, objects("keys"));
        try (VaultMeta meta = Fixture.attach(storage, temp.resolve("a"))) {
            assertFalse(meta.mayHaveStrays());
        }
    }

    @Test
    void aTakeOverThatCannotBeKeptInMindIsLetGo() throws Exception {
        block("b", "seen.json");
        Fixture.assertCode(
                VaultError.LOCAL_STATE,
                () -> Fixture.open(storage, temp.resolve("b"), Fixture.BETA, VaultAccess.TAKE_OVER, recovery));
        Fixture.attach(storage, temp.resolve("a")).close();
    }

    /** Leaves a pack and a segment behind that nobody lists, as a crash does. */
    private void crash() throws Exception {
        VaultMeta meta = Fixture.attach(storage, temp.resolve("a"));
        byte[] sealed = new byte[100];
        try (PackWriter pack =
                new PackWriter(storage, ObjectKind.DATA, 1, meta.keys().root(1))) {
            pack.add(new byte[32], (byte) 0, 8, new byte[8], 0, 8, sealed, new Gcm());
            pack.commit(new Gcm());
        }
        storage.objects.put("index/01/0123456789abcdef0123456789abcdef", new byte[1]);
        meta.keepLease(new DoppelException(VaultError.CLOSED, "made by the test"));
        meta.close();
    }

    @Test
    void whoIsTakenOverWhileItOpensDeletesNothingOfItsSuccessor() throws Exception {
        crash();
        boolean overtaken = true;
        int listed = 0;
        for (int at = 1; overtaken; at++) {
            MapStorage target = new MapStorage(new ConcurrentSkipListMap<>(storage.objects));
            overtaken = openAndBeOvertaken(target, at);
            try (VaultMeta meta = Fixture.open(
                    target.view(), temp.resolve("c" + at), Fixture.BETA, VaultAccess.READ_ONLY, recovery)) {
                for (String segment : meta.head().index()) {
                    if (!segment.startsWith("segment-")) {
                        String name = "index/" + segment.substring(0, 2) + "/" + segment;
                        assertTrue(target.objects.containsKey(name), "taken over before operation " + at);
                        listed++;
                    }
                }
            }
        }
        assertTrue(listed > 20, listed + " successors listed a segment");
    }

    /** Whether there was such an operation. */
    private boolean openAndBeOvertaken(MapStorage target, int at) throws Exception {
        MapStorage theirs = target.view();
        int[] operation = {0};
        target.hook = (o, name) -> {
            if (++operation[0] == at) {
                Path folder = temp.resolve("b" + at);
                Vault.open(theirs, folder, Fixture.BETA, VaultAccess.TAKE_OVER, recovery.toCharArray())
                        .close();
            }
        };
        Path folder = temp.resolve("a" + at);
        Vault vault = null;
        try {
            vault = Vault.open(target, folder, Fixture.ALPHA, VaultAccess.TAKE_OVER, recovery.toCharArray());
        } catch (DoppelException e) {
            assertTrue(e.is(VaultError.LEASE_LOST), e::getMessage);
        }
        boolean struck = operation[0] >= at;
        target.hook = (o, name) -> {};
        if (vault != null) {
            vault.close();
        }
        return struck;
    }
}
