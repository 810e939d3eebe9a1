package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to packs and index segments is noticed and named, and wrong bytes never come out. */
class DamageTest {
    private static final int FLIPS = Integer.getInteger("doppel.flips", 60);

    @TempDir
    Path folder;

    private final Map<String, byte[]> versions = new LinkedHashMap<>();
    private MemoryStorage.Content whole;
    private Path state;

    @BeforeEach
    void store() throws Exception {
        state = Files.createDirectory(folder.resolve("state"));
        MemoryStorage storage = new MemoryStorage();
        try (Vault vault = Rig.create(storage, state)) {
            byte[] first = Bytes.made(1, 3_000_001);
            byte[] second = first.clone();
            Arrays.fill(second, 1_000_000, 1_300_000, (byte) 7);
            for (byte[] content : List.of(first, second)) {
                versions.put(Rig.backup(vault, new Bytes(content)).id(), content);
            }
        }
        whole = storage.content().copy();
    }

    @Test
    void flippedBitsAreNoticedAndNamed() throws Exception {
        Random random = new Random(2);
        for (String prefix : List.of("data/", "tree/", "index/")) {
            List<String> objects = whole.names().stream()
                    .filter(n -> n.startsWith(prefix))
                    .sorted()
                    .toList();
            assertFalse(objects.isEmpty());
            for (int i = 0; i < FLIPS; i++) {
                String object = objects.get(random.nextInt(objects.size()));
                byte[] bytes = whole.bytes(object).orElseThrow().clone();
                bytes[i < bytes.length && i < 20 ? i : random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                MemoryStorage.Content damaged = whole.copy();
                damaged.overwrite(object, bytes);
                mustNotice(damaged, object);
            }
        }
    }

    @Test
    void missingCutAndSwappedObjectsAreNoticedAndNamed() throws Exception {
        for (String prefix : List.of("data/", "tree/", "index/")) {
            List<String> objects = whole.names().stream()
                    .filter(n -> n.startsWith(prefix))
                    .sorted()
                    .toList();
            for (String object : objects) {
                byte[] bytes = whole.bytes(object).orElseThrow();
                MemoryStorage.Content gone = whole.copy();
                gone.remove(object);
                mustNotice(gone, object);
                for (int length : new int[] {0, 1, 63, bytes.length / 2, bytes.length - 1}) {
                    MemoryStorage.Content cut = whole.copy();
                    cut.overwrite(object, Arrays.copyOf(bytes, length));
                    mustNotice(cut, object);
                }
            }
            MemoryStorage.Content swapped = whole.copy();
            swapped.overwrite(objects.get(0), whole.bytes(objects.get(1)).orElseThrow());
            swapped.overwrite(objects.get(1), whole.bytes(objects.get(0)).orElseThrow());
            mustNotice(swapped, objects.get(0));
        }
    }

    @Test
    void whatValidationFoundDamagedIsStoredAnew() throws Exception {
        for (String prefix : List.of("data/", "tree/")) {
            MemoryStorage.Content damaged = whole.copy();
            for (String object :
                    whole.names().stream().filter(n -> n.startsWith(prefix)).toList()) {
                byte[] bytes = whole.bytes(object).orElseThrow().clone();
                bytes[100] ^= 1;
                damaged.overwrite(object, bytes);
            }
            try (Vault vault = Rig.open(new MemoryStorage(damaged, false), copyOfState())) {
                assertFalse(
                        vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
                storesAnew(vault);
            }
        }
    }

    @Test
    void whatARestoreFoundDamagedIsStoredAnew() throws Exception {
        MemoryStorage.Content damaged = whole.copy();
        String object = whole.names().stream()
                .filter(n -> n.startsWith("data/"))
                .findFirst()
                .orElseThrow();
        byte[] bytes = whole.bytes(object).orElseThrow().clone();
        bytes[100] ^= 1;
        damaged.overwrite(object, bytes);
        try (Vault vault = Rig.open(new MemoryStorage(damaged, false), copyOfState())) {
            versions.forEach((version, content) -> restores(vault, version, content));
            storesAnew(vault);
        }
    }

    @Test
    void whatWasMissingAtTheOpeningIsStoredAnew() throws Exception {
        MemoryStorage.Content gone = whole.copy();
        whole.names().stream()
                .filter(n -> n.startsWith("data/") || n.startsWith("tree/"))
                .forEach(gone::remove);
        try (Vault vault = Rig.open(new MemoryStorage(gone, false), copyOfState())) {
            storesAnew(vault);
        }
    }

    /** After a backup of the same content everything that was stored before can be restored again. */
    private void storesAnew(Vault vault) throws Exception {
        for (byte[] content : versions.values()) {
            String fresh = Rig.backup(vault, new Bytes(content)).id();
            assertArrayEquals(content, Rig.restore(vault, fresh));
        }
        for (Map.Entry<String, byte[]> version : versions.entrySet()) {
            assertArrayEquals(version.getValue(), Rig.restore(vault, version.getKey()));
        }
        VerifyReport after = vault.verify(List.of(), (total, done) -> {}, Rig.NEVER);
        assertTrue(after.versions().values().stream().allMatch(List::isEmpty), after::toString);
    }

    private Path copyOfState() throws Exception {
        Path own = Files.createTempDirectory(folder, "state");
        for (Path file : Files.list(state).toList()) {
            Files.copy(file, own.resolve(file.getFileName()));
        }
        return own;
    }

    /** The object is named, and each version is either told to be damaged or restores right; reading never gives wrong bytes. */
    private void mustNotice(MemoryStorage.Content content, String object) throws Exception {
        try (Vault vault = Rig.open(new MemoryStorage(content, false), copyOfState())) {
            VerifyReport report = vault.verify(List.of(), (total, done) -> {}, Rig.NEVER);
            List<String> told = new ArrayList<>(vault.warnings());
            report.problems().forEach(p -> told.add(p.object() + ": " + p.reason()));
            String name = object.substring(object.lastIndexOf('/') + 1);
            assertTrue(told.stream().anyMatch(t -> t.contains(name)), () -> object + " is not named in " + told);
            for (Map.Entry<String, byte[]> version : versions.entrySet()) {
                boolean saidWhole = report.versions().get(version.getKey()).isEmpty();
                // a pack cut short may still hold what a version needs; a version called whole must come out
                boolean restored = restores(vault, version.getKey(), version.getValue());
                assertTrue(restored || !saidWhole, () -> object + ": " + report);
            }
        }
    }

    private static boolean restores(Vault vault, String version, byte[] expected) {
        byte[] found;
        try {
            found = Rig.restore(vault, version);
        } catch (DoppelException e) {
            return false;
        }
        assertArrayEquals(expected, found);
        return true;
    }
}
