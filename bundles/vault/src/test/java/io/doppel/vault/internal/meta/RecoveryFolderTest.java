package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.RecoveryCopies.Found;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recovery copies in a vault (docs/vault-format.md §16). */
class RecoveryFolderTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @TempDir
    Path temp;

    private final MapStorage storage = new MapStorage();
    private VaultMeta meta;

    @BeforeEach
    void create() throws DoppelException {
        meta = Fixture.create(storage, temp.resolve("a"));
    }

    @AfterEach
    void close() {
        meta.close();
    }

    private static RecoveryCopies.Written put(VaultMeta by, Instant at, String... parts) throws DoppelException {
        try (RecoveryCopies.Draft draft = by.recoveryCopies().begin(at)) {
            for (String part : parts) {
                draft.part(part.getBytes(StandardCharsets.UTF_8));
            }
            return draft.commit("about " + parts.length);
        }
    }

    private static String read(VaultMeta by, String id) throws DoppelException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        by.recoveryCopies().read(id, part -> all.write(part, 0, part.length));
        return all.toString(StandardCharsets.UTF_8);
    }

    private List<String> ids() throws DoppelException {
        return meta.recoveryCopies().all().stream().map(Found::id).toList();
    }

    private List<String> objects(String prefix) {
        return storage.objects.keySet().stream()
                .filter(n -> n.startsWith("recovery/" + prefix))
                .toList();
    }

    private VaultMeta beta(VaultAccess access) throws Exception {
        Path folder = Files.createDirectories(temp.resolve("b"));
        if (!Files.exists(folder.resolve("machine.key"))) {
            Files.copy(temp.resolve("a/machine.key"), folder.resolve("machine.key"));
        }
        return Fixture.open(storage.view(), folder, Fixture.BETA, access, "");
    }

    @Test
    void aCopyIsReadAsItWasPutAlsoByOthersAndNothingOfItIsInClear() throws Exception {
        String secret = "the password of the pool";
        RecoveryCopies.Written written = put(meta, NOON, "one ", secret);
        assertEquals(4 + secret.length(), written.bytes());
        assertEquals(written.bytes(), written.storedBytes());
        try (VaultMeta reader = beta(VaultAccess.READ_ONLY)) {
            Found found = reader.recoveryCopies().all().get(0);
            assertEquals(
                    new Found(
                            written.id(),
                            Fixture.ALPHA.installationId(),
                            "alpha",
                            NOON,
                            "about 2",
                            written.bytes(),
                            ""),
                    found);
            assertEquals("one " + secret, read(reader, found.id()));
            Fixture.assertCode(
                    VaultError.READ_ONLY, () -> reader.recoveryCopies().begin(NOON));
            Fixture.assertCode(VaultError.NO_COPY, () -> read(reader, CopyObjects.id(9, 9)));
        }
        for (String name : objects("")) {
            String text = new String(storage.objects.get(name), StandardCharsets.ISO_8859_1);
            assertFalse(text.contains("password"), name);
        }
        assertTrue(meta.verifyMeta(CancelToken.NEVER).isEmpty());
    }

    @Test
    void whatDidNotChangeIsNotStoredAgainUntilTheNextDayOrOpening() throws Exception {
        put(meta, NOON, "history", "settings 1");
        RecoveryCopies.Written second = put(meta, NOON.plusSeconds(60), "history", "settings 2");
        assertEquals(10, second.storedBytes());
        assertEquals(17, second.bytes());
        assertEquals(3, objects("parts/").size());
        RecoveryCopies.Written next = put(meta, NOON.plus(Duration.ofDays(1)), "history", "settings 2");
        assertEquals(17, next.storedBytes(), "each day's first is complete by itself");
        meta.close();
        meta = Fixture.attach(storage, temp.resolve("a"));
        assertEquals(
                17,
                put(meta, NOON.plus(Duration.ofDays(1)), "history", "settings 2")
                        .storedBytes());
    }

    @Test
    void aBrokenCopyHidesNoOlderOneAndIsNamed() throws Exception {
        String older = put(meta, NOON, "history").id();
        String newer =
                put(meta, NOON.plus(Duration.ofDays(1)), "history", "more").id();
        String part = lastPart(newer);
        byte[] object = storage.objects.get(part);
        object[object.length / 2] ^= 1;
        Fixture.assertCode(VaultError.DAMAGED_OBJECT, () -> read(meta, newer));
        assertEquals("history", read(meta, older));
        assertEquals(
                List.of(part),
                meta.verifyMeta(CancelToken.NEVER).stream()
                        .map(ObjectProblem::object)
                        .toList());
        storage.objects.remove(part);
        Fixture.assertCode(VaultError.MISSING_OBJECT, () -> read(meta, newer));
        storage.objects.get(CopyObjects.name(newer))[70] ^= 1;
        try (VaultMeta reader = beta(VaultAccess.READ_ONLY)) {
            List<Found> all = reader.recoveryCopies().all();
            assertEquals(List.of(newer, older), all.stream().map(Found::id).toList());
            assertTrue(all.get(0).problem().contains("DPL-VLT-0009"), all.get(0).problem());
            assertEquals("history", read(reader, older));
        }
    }

    private String lastPart(String copy) throws DoppelException {
        SealedStore store = new SealedStore(new ObjectIo(storage), meta.keys());
        List<StoredCopy.Part> parts = new CopyObjects(store).read(copy).parts();
        return CopyObjects.partName(parts.get(parts.size() - 1).id());
    }

    @Test
    void eightAndADayEachStayAndNoPartOfTheOthers() throws Exception {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            all.add(put(meta, NOON.plus(Duration.ofHours(8L * i)), "always the same", "number " + i)
                    .id());
        }
        List<String> expected = new ArrayList<>(all.subList(52, 60));
        // three copies a day, the last at 20 hours; of four of the fourteen days a copy is among the newest eight
        for (int i = 49; expected.size() < 8 + 10; i -= 3) {
            expected.add(all.get(i));
        }
        assertEquals(
                expected.stream().sorted().toList(), ids().stream().sorted().toList());
        for (String id : ids()) {
            assertEquals("always the samenumber " + all.indexOf(id), read(meta, id));
        }
        assertTrue(objects("parts/").size() <= 18 + 14, objects("parts/")::toString);
        assertTrue(meta.verifyMeta(CancelToken.NEVER).isEmpty());
    }

    @Test
    void copiesOfAnotherServerStayWithTheirParts() throws Exception {
        for (int i = 0; i < 5; i++) {
            put(meta, NOON, "of alpha " + i);
        }
        try (VaultMeta other = beta(VaultAccess.TAKE_OVER)) {
            for (int i = 0; i < 12; i++) {
                put(other, NOON, "of beta " + i);
            }
            List<Found> all = other.recoveryCopies().all();
            assertEquals(8 + 2, all.size());
            assertEquals("of beta 11", read(other, all.get(0).id()));
            assertEquals("of alpha 4", read(other, all.get(8).id()));
        }
    }

    @Test
    void aStalledHolderNeitherShadowsNorDeletesWhatItsSuccessorPuts() throws Exception {
        put(meta, NOON, "of alpha");
        RecoveryCopies.Draft late = meta.recoveryCopies().begin(NOON);
        late.part("late".getBytes(StandardCharsets.UTF_8));
        try (VaultMeta other = beta(VaultAccess.TAKE_OVER)) {
            put(other, NOON, "of beta");
            Fixture.assertCode(VaultError.LEASE_LOST, () -> late.commit("late"));
            Fixture.assertCode(VaultError.LEASE_LOST, () -> put(meta, NOON, "later"));
            assertEquals(
                    "of beta", read(other, other.recoveryCopies().all().get(0).id()));
            assertEquals(2, other.recoveryCopies().all().size());
        }
    }

    /** The take-over comes between the last look at the lease and the put. */
    @Test
    void aCopyThatIsPutTooLateIsOlderThanTheSuccessors() throws Exception {
        VaultMeta[] other = new VaultMeta[1];
        String[] successors = new String[1];
        storage.hook = (operation, name) -> {
            if (other[0] == null && operation.equals("put") && name.matches("recovery/[0-9a-f.]+")) {
                try {
                    other[0] = beta(VaultAccess.TAKE_OVER);
                    successors[0] = put(other[0], NOON, "of beta").id();
                } catch (DoppelException e) {
                    throw e;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        };
        Fixture.assertCode(VaultError.LEASE_LOST, () -> put(meta, NOON, "late"));
        assertEquals(2, other[0].recoveryCopies().all().size());
        assertEquals(successors[0], other[0].recoveryCopies().all().get(0).id());
        assertEquals("of beta", read(other[0], successors[0]));
        other[0].close();
    }

    @Test
    void whereverItBreaksOffWhatWasThereIsReadAndTheNextSucceeds() throws Exception {
        put(meta, NOON, "history", "settings 1");
        for (boolean after : List.of(false, true)) {
            for (int at = 1; ; at++) {
                TreeMap<String, byte[]> before = new TreeMap<>(storage.objects);
                Failpoint failpoint = new Failpoint(at, after);
                storage.hook = failpoint;
                String tried = "settings " + after + at;
                try {
                    put(meta, NOON, "history", tried);
                } catch (DoppelException e) {
                    assertEquals(StorageError.UNREACHABLE.id(), e.code().id());
                }
                storage.hook = (operation, name) -> {};
                Found newest = meta.recoveryCopies().all().get(0);
                String text = read(meta, newest.id());
                assertTrue(text.equals("history" + tried) || before.containsKey(CopyObjects.name(newest.id())), text);
                String next = put(meta, NOON, "history", "next " + after + at).id();
                assertEquals("historynext " + after + at, read(meta, next));
                assertTrue(meta.verifyMeta(CancelToken.NEVER).isEmpty());
                if (!failpoint.hit) {
                    assertTrue(at > 5);
                    break;
                }
            }
        }
    }

    @Test
    void emptyPartsAndNoPartsAreCopiesToo() throws Exception {
        assertEquals("", read(meta, put(meta, NOON).id()));
        assertEquals("", read(meta, put(meta, NOON, "").id()));
    }
}
