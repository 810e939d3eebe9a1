package io.doppel.mover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultError;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.VersionDisk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens to any object of a vault is noticed when it is opened or verified; the object and every version that depends on
 * it are named, no other version is, and wrong bytes never come out.
 */
class DamageTest {
    private static final int FLIPS = Integer.getInteger("doppel.flips", 240);

    @TempDir
    Path folder;

    private KnownVault known;
    private Path state;
    private Map<String, byte[]> disks;

    @BeforeEach
    void store() throws Exception {
        state = Files.createDirectory(folder.resolve("state"));
        known = new KnownVault(state);
        disks = known.disks();
    }

    @Test
    void soundVaultIsSound() throws Exception {
        assertEquals(
                Set.of(
                        "config",
                        "copies.config",
                        "copies.keyring",
                        "data",
                        "heads",
                        "index",
                        "keyring",
                        "keys",
                        "lease",
                        "lease.closing",
                        "lease.released",
                        "tree",
                        "versions"),
                known.kinds().keySet());
        assertEquals(Outcome.SOUND, meet(known.content().copy()));
        Set<Set<String>> different = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
        known.kinds().get("data").forEach(o -> different.add(known.dependents(o)));
        assertTrue(different.size() >= 4, different::toString);
    }

    @Test
    void flippedBits() throws Exception {
        Random random = new Random(2);
        List<List<String>> kinds = List.copyOf(known.kinds().values());
        Map<String, Integer> refused = new TreeMap<>();
        for (int i = 0; i < FLIPS; i++) {
            List<String> objects = kinds.get(i % kinds.size());
            String object = objects.get(random.nextInt(objects.size()));
            byte[] bytes = known.content().bytes(object).orElseThrow();
            int at = random.nextInt(4) > 0 ? random.nextInt(bytes.length) : edge(random, bytes.length);
            int bit = random.nextInt(8);
            bytes[at] ^= (byte) (1 << bit);
            MemoryStorage.Content damaged = known.content().copy();
            damaged.overwrite(object, bytes);
            Outcome outcome = meet(damaged);
            outcome.assertNames(object, "bit " + bit + " of byte " + at);
            outcome.assertDependents(known.dependents(object, at), object + ", bit " + bit + " of byte " + at);
            outcome.assertOpensIfThereAreTwo(object);
            if (outcome.refused()) {
                refused.merge(object.replaceFirst("/.*", ""), 1, Integer::sum);
            }
        }
        System.out.println(FLIPS + " flips in " + kinds.size() + " kinds of objects; refused to open: " + refused);
    }

    /** Headers, footers and trailers are small, and deserve more than their share. */
    private static int edge(Random random, int length) {
        int n = Math.min(length, 160);
        int at = random.nextInt(n);
        return random.nextBoolean() ? at : length - 1 - at;
    }

    @Test
    void bothOfAPair() throws Exception {
        List<String> pair = List.of("config", known.kinds().get("copies.config").get(0));
        List<String> rings = List.of(
                known.kinds().get("keyring").get(0),
                known.kinds().get("copies.keyring").get(0));
        for (List<String> both : List.of(pair, rings)) {
            MemoryStorage.Content damaged = known.content().copy();
            try (Vault vault = Rig.open(new MemoryStorage(damaged, false), FaultStage.copy(state, stranger()))) {
                for (String object : both) {
                    byte[] bytes = damaged.bytes(object).orElseThrow();
                    bytes[bytes.length - 3] ^= 1; // of the signature, or the tag
                    damaged.overwrite(object, bytes);
                }
                VerifyReport report = vault.verify(List.of(), (total, done) -> {}, Rig.NEVER);
                assertEquals(
                        both,
                        report.problems().stream()
                                .map(VerifyReport.Problem::object)
                                .toList());
                assertEquals(disks.keySet(), report.versions().keySet());
                assertTrue(report.versions().values().stream().noneMatch(List::isEmpty), report::toString);
            }
            Outcome outcome = meet(damaged);
            assertTrue(outcome.refused(), outcome::toString);
            both.forEach(object -> outcome.assertNames(object, "damaged with its pair"));
        }
    }

    @Test
    void missingAndTruncatedObjects() throws Exception {
        for (String object : known.objects()) {
            byte[] bytes = known.content().bytes(object).orElseThrow();
            for (int length : new int[] {0, bytes.length / 2, bytes.length - 1}) {
                MemoryStorage.Content cut = known.content().copy();
                cut.overwrite(object, Arrays.copyOf(bytes, length));
                Outcome outcome = meet(cut);
                outcome.assertNames(object, "cut to " + length);
                outcome.assertOpensIfThereAreTwo(object);
                outcome.assertDependents(known.dependents(object), object + " cut to " + length);
            }
            MemoryStorage.Content gone = known.content().copy();
            gone.remove(object);
            Outcome outcome = meet(gone);
            outcome.assertOpensIfThereAreTwo(object);
            if (object.endsWith(".released")) {
                // the same as if that server had been killed: nothing depends on it
                outcome.assertDependents(Set.of(), object);
                continue;
            }
            String slot = object.startsWith("keys/") ? new String(bytes, StandardCharsets.UTF_8) : "";
            if (slot.contains("\"kind\":\"passphrase\"")) {
                // nothing lists the slots, and one that a person removed looks the same
                assertEquals(Outcome.SOUND, outcome);
                continue;
            }
            if (slot.contains("\"kind\":\"recovery\"")) {
                // its name is not known any more, but every vault has one
                outcome.assertNames("slot of the recovery key", "deleted");
            } else {
                outcome.assertNames(object, "deleted");
            }
            outcome.assertDependents(known.dependents(object), object);
        }
    }

    @Test
    void copiesUnderAnotherName() throws Exception {
        for (String object : known.objects()) {
            if (object.endsWith("config")) {
                continue; // there is one of each
            }
            String copy = another(object);
            MemoryStorage.Content more = known.content().copy();
            more.overwrite(copy, more.bytes(object).orElseThrow());
            Outcome outcome = meet(more);
            if (object.startsWith("index/")) {
                assertFalse(more.names().contains(copy), "what no head lists is deleted: " + copy);
                assertEquals(Outcome.SOUND, outcome);
                continue;
            }
            outcome.assertNames(copy, "copied from " + object);
            outcome.assertDependents(Set.of(), copy);
        }
    }

    /** A name of the same kind that is not taken: for what is counted, the next number. */
    private String another(String object) {
        int dot = object.indexOf('.');
        String ending = dot < 0 ? "" : object.substring(dot);
        String name = object.substring(object.lastIndexOf('/') + 1, dot < 0 ? object.length() : dot);
        String kind = object.replaceFirst("/.*", "");
        switch (kind) {
            case "heads", "lease", "keyring", "copies" -> {
                String last = known.kinds().get(kind.equals("copies") ? kind + ending : kind).stream()
                        .max(String::compareTo)
                        .orElseThrow()
                        .replace(ending.isEmpty() ? "." : ending, "");
                String digits = last.substring(last.length() - 8);
                return last.substring(0, last.length() - 8)
                        + String.format("%08x", Long.parseLong(digits, 16) + 1)
                        + ending;
            }
            case "keys" -> {
                return "keys/" + name.substring(0, 8) + "00000000";
            }
            default -> {
                String other = name.substring(0, 2) + "0".repeat(28) + name.substring(30);
                return object.replace(name, other);
            }
        }
    }

    @Test
    void swappedObjects() throws Exception {
        for (List<String> objects : known.kinds().values()) {
            for (int i = 1; i < objects.size(); i++) {
                String a = objects.get(i - 1);
                String b = objects.get(i);
                MemoryStorage.Content swapped = known.content().copy();
                swapped.overwrite(a, known.content().bytes(b).orElseThrow());
                swapped.overwrite(b, known.content().bytes(a).orElseThrow());
                Outcome outcome = meet(swapped);
                if (outcome.refused()) {
                    assertTrue(outcome.names(a) || outcome.names(b), () -> a + " and " + b + ": " + outcome);
                } else {
                    outcome.assertNames(a, "swapped");
                    outcome.assertNames(b, "swapped");
                }
                Set<String> expected = new TreeSet<>(known.dependents(a));
                expected.addAll(known.dependents(b));
                if (!a.startsWith("tree/")) {
                    outcome.assertDependents(expected, a + " and " + b + " swapped");
                }
            }
        }
    }

    @Test
    void headsPutBack() throws Exception {
        List<String> heads = known.kinds().get("heads");
        String newest = heads.get(heads.size() - 1);
        for (String older : heads.subList(0, heads.size() - 1)) {
            MemoryStorage.Content back = known.content().copy();
            back.overwrite(newest, back.bytes(older).orElseThrow());
            meet(back).assertNames(newest, "has the bytes of " + older);
        }
        for (MemoryStorage.Content earlier :
                known.lives().subList(0, known.lives().size() - 1)) {
            MemoryStorage.Content back = known.content().copy();
            known.content().names().stream()
                    .filter(n -> n.startsWith("heads/"))
                    .filter(n -> !earlier.names().contains(n))
                    .forEach(back::remove);
            // what the last lease names is not there: even who knows nothing of the vault sees it
            meet(back).assertNames(newest, "put back");
            assertThrows(DoppelException.class, () -> Rig.open(new MemoryStorage(back, false), stranger()));
        }
    }

    @Test
    void theWholeVaultPutBack() throws Exception {
        List<MemoryStorage.Content> lives = known.lives();
        String newest = known.kinds().get("heads").get(lives.size() - 1);
        for (int i = 0; i < lives.size() - 1; i++) {
            MemoryStorage.Content earlier = lives.get(i).copy();
            Outcome outcome = meet(earlier.copy());
            assertTrue(outcome.refused() && outcome.code().equals(VaultError.ROLLED_BACK.id()), outcome::toString);
            outcome.assertNames(newest, "put back");
            // who has only the key cannot know: the earlier state is whole (docs/vault-format.md §9)
            try (Vault vault = Rig.open(new MemoryStorage(earlier, false), stranger())) {
                assertEquals(List.copyOf(disks.keySet()).subList(0, i + 1), vault.versionIds());
                assertTrue(
                        vault.verify(List.of(), (total, done) -> {}, Rig.NEVER).clean());
            }
        }
    }

    private Path stranger() throws Exception {
        Path other = Files.createTempDirectory(folder, "stranger");
        Files.copy(state.resolve("machine.key"), other.resolve("machine.key"));
        return other;
    }

    /**
     * What opening and verifying said.
     *
     * @param code of the refusal to open; empty if it opened
     * @param told warnings, problems, or the refusal
     * @param damaged versions that are reported as damaged
     */
    private record Outcome(String code, List<String> told, Set<String> damaged) {
        static final Outcome SOUND = new Outcome("", List.of(), Set.of());

        boolean refused() {
            return !code.isEmpty();
        }

        /** Of a head that is gone only the one that follows it is known by name. */
        boolean names(String object) {
            String name = object.substring(object.lastIndexOf('/') + 1);
            String next = object.startsWith("heads/")
                    ? String.format("The head before 'heads/%016x'", Long.parseLong(name, 16) + 1)
                    : name;
            return told.stream().anyMatch(t -> t.contains(name) || t.contains(next));
        }

        /** Of what opening needs and is there twice, one is enough; only a format that we do not know is believed to be newer. */
        void assertOpensIfThereAreTwo(String object) {
            if (object.matches("config|keyring/.*|copies/.*") && !code.equals(VaultError.NEWER_FORMAT.id())) {
                assertEquals("", code, () -> object + ": " + told);
                assertFalse(told.isEmpty());
            }
        }

        void assertNames(String object, String what) {
            assertTrue(names(object), () -> object + " " + what + " is not named in " + told);
        }

        /** A vault that is not opened keeps all versions from being used. */
        void assertDependents(Set<String> expected, String what) {
            if (!refused()) {
                assertEquals(expected, damaged, () -> what + ": " + told);
            }
        }
    }

    /** Opens, verifies and reads everything. */
    private Outcome meet(MemoryStorage.Content content) throws Exception {
        Path own = FaultStage.copy(state, Files.createTempDirectory(folder, "own"));
        try (Vault vault = Rig.open(new MemoryStorage(content, false), own)) {
            VerifyReport report = vault.verify(List.of(), (total, done) -> {}, Rig.NEVER);
            List<String> told = new ArrayList<>(vault.warnings());
            report.problems().forEach(p -> told.add(p.object() + ": " + p.reason()));
            Set<String> damaged = new TreeSet<>();
            report.versions().forEach((id, problems) -> {
                if (!problems.isEmpty()) {
                    damaged.add(id);
                }
            });
            assertEquals(disks.keySet(), new TreeSet<>(report.versions().keySet()));
            for (Map.Entry<String, byte[]> version : disks.entrySet()) {
                boolean read = restores(vault, version.getKey(), version.getValue())
                        & reads(vault, version.getKey(), version.getValue());
                assertTrue(read || damaged.contains(version.getKey()), () -> version.getKey() + ": " + report);
            }
            return new Outcome("", told, damaged);
        } catch (DoppelException e) {
            return new Outcome(e.code().id(), List.of(e.getMessage()), Set.of());
        }
    }

    private static boolean restores(Vault vault, String version, byte[] expected) {
        try {
            assertArrayEquals(expected, Machine.restore(vault, version).get("d"));
            return true;
        } catch (DoppelException e) {
            return false;
        }
    }

    /** Piece by piece, so that what lies beside the damage is read too. */
    private static boolean reads(Vault vault, String version, byte[] expected) throws DoppelException {
        boolean all = true;
        byte[] piece = new byte[50_000];
        try (VersionDisk disk = vault.openDisk(version, "d")) {
            for (int at = 0; at < expected.length; at += piece.length) {
                int n = Math.min(piece.length, expected.length - at);
                try {
                    disk.read(at, piece, 0, n);
                    assertTrue(Arrays.equals(expected, at, at + n, piece, 0, n), () -> "wrong bytes of " + version);
                } catch (DoppelException e) {
                    all = false;
                }
            }
        } catch (DoppelException e) {
            all = false;
        }
        return all;
    }
}
