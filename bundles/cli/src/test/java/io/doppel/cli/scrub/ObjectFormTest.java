package io.doppel.cli.scrub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.tck.FailpointStorage;
import io.doppel.tck.FailpointStorage.Effect;
import io.doppel.tck.FailpointStorage.Kind;
import io.doppel.tck.FailpointStorage.Operation;
import io.doppel.tck.FailpointStorage.When;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.DiskTree;
import io.doppel.vault.HolderPatience;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scrub knows all objects that docs/vault-format.md names, and all that a vault makes. */
class ObjectFormTest {
    private static final Path FORMAT = Path.of("../../docs/vault-format.md");
    private static final VaultOwner OWNER = new VaultOwner("installation", "server");

    @TempDir
    Path temp;

    private final MemoryStorage target = new MemoryStorage();
    private final FailpointStorage storage = new FailpointStorage(target);

    private static Set<Integer> codes() {
        return EnumSet.range(ObjectForm.KEYRING, ObjectForm.UNKNOWN).stream()
                .map(ObjectForm::code)
                .filter(code -> code > 0)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void eachNameOfTheFormatIsKnown() throws IOException {
        String format = Files.readString(FORMAT);
        String objects = format.substring(format.indexOf("\n## 2."), format.indexOf("\n## 3."));
        Set<ObjectForm> forms = EnumSet.noneOf(ObjectForm.class);
        Matcher row = Pattern.compile("(?m)^\\| `([^`]+)` \\|").matcher(objects);
        while (row.find()) {
            String name = row.group(1)
                    .replace("<slot>", "0".repeat(16))
                    .replace("<mark>", "0".repeat(8))
                    .replace("<00 to 07>", "00");
            name = Pattern.compile("<(\\d+) hex[^>]*>")
                    .matcher(name)
                    .replaceAll(hex -> "0".repeat(Integer.parseInt(hex.group(1))));
            ObjectForm form = ObjectForm.of(name);
            assertTrue(form != ObjectForm.UNKNOWN, row.group(1));
            forms.add(form);
        }
        assertEquals(EnumSet.complementOf(EnumSet.of(ObjectForm.UNKNOWN)), forms);
    }

    @Test
    void eachKindOfSealedObjectIsKnown() throws Exception {
        Matcher kinds = Pattern.compile("\\| u8 \\| kind: (1 keyring[^|]*)").matcher(Files.readString(FORMAT));
        assertTrue(kinds.find());
        Set<Integer> documented = Arrays.stream(kinds.group(1).split(","))
                .map(kind -> Integer.valueOf(kind.strip().split(" ")[0]))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(documented, codes());
        Object[] made =
                Class.forName("io.doppel.vault.internal.meta.SealedObject$Kind").getEnumConstants();
        assertEquals(made.length, codes().size(), () -> "the vault makes " + Arrays.toString(made));
    }

    @Test
    void aVaultThatHasEverythingHasNothingUnknown() throws Exception {
        makeEverything();
        // also what was deleted meanwhile
        Set<String> unknown = storage.operations().stream()
                .filter(operation -> operation.kind() == Kind.COMMIT)
                .map(Operation::name)
                .filter(name -> ObjectForm.of(name) == ObjectForm.UNKNOWN)
                .collect(Collectors.toSet());
        assertEquals(Set.of(), unknown);
        Set<ObjectForm> there =
                target.content().names().stream().map(ObjectForm::of).collect(Collectors.toSet());
        assertEquals(EnumSet.complementOf(EnumSet.of(ObjectForm.UNKNOWN)), there);

        Path folder = temp.resolve("vault");
        for (String name : target.content().names()) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, target.content().bytes(name).orElseThrow());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        assertEquals(Scrub.CLEAN, Scrub.run(new String[] {folder.toString()}, print, print, false));
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains(": 0 damaged, 0 unreadable, 0 unknown"), text);
    }

    /** Does what can be done with a vault; what it deletes soon stays, by failures of the storage. */
    private void makeEverything() throws DoppelException {
        Vault first = Vault.create(storage, temp.resolve("state"), OWNER, "zstd", new char[0]);
        String held = backup(first, 1);
        String removed = backup(first, 2);
        first.close();
        Vault vault = Vault.open(storage, temp.resolve("state"), OWNER, VaultAccess.ATTACH, new char[0]);
        vault.keys().addPassphrase("second", "a passphrase".toCharArray());
        vault.keys().startEpoch();
        vault.holds().add(held, "a restore");
        try (RecoveryCopies.Draft copy = vault.recoveryCopies().begin(Instant.now())) {
            copy.part(new byte[1000]);
            copy.commit("a server");
        }
        askWhetherItLives(vault);
        failToDelete("removals");
        vault.remove(List.of(removed));
        failToDelete("data");
        CollectOptions options = CollectOptions.DEFAULT.withGrace(Duration.ZERO);
        assertThrows(
                DoppelException.class, () -> vault.collect(options, (phase, total, done) -> {}, CancelToken.NEVER));
        vault.close();
    }

    /** The question stays, so it is answered once more after the answer was taken away. */
    private void askWhetherItLives(Vault holder) throws DoppelException {
        failToDelete(operation -> ObjectForm.of(operation.name()) == ObjectForm.QUESTION);
        VaultOwner other = new VaultOwner("other", "other server");
        HolderPatience patience = new HolderPatience(Duration.ofMinutes(5), Duration.ZERO, (name, time, of) -> {
            try {
                holder.tellThatWeLive();
            } catch (DoppelException e) {
                throw new AssertionError(e);
            }
        });
        try (Vault asker =
                Vault.open(storage, temp.resolve("asker"), other, VaultAccess.READ_ONLY, holder.recoveryKey())) {
            assertThrows(DoppelException.class, () -> asker.requireHolderGone(patience, CancelToken.NEVER));
        }
        holder.tellThatWeLive();
    }

    private void failToDelete(String folder) {
        failToDelete(operation -> operation.folder().equals(folder));
    }

    private void failToDelete(Predicate<Operation> which) {
        storage.failAt(which.and(operation -> operation.kind() == Kind.DELETE), When.BEFORE, Effect.FAIL);
    }

    private static String backup(Vault vault, int seed) throws DoppelException {
        byte[] chunk = new byte[128 << 10];
        new Random(seed).nextBytes(chunk);
        try (WriteSession session = vault.begin()) {
            DiskTree tree = session.tree("disk", chunk.length, Optional.empty());
            try (WriteSession.Lane lane = session.lane()) {
                tree.segment(0, List.of(new Entry(0, chunk.length, lane.store(chunk, 0, chunk.length))));
            }
            String root = tree.finish().orElseThrow();
            session.flush();
            VersionManifest draft = new VersionManifest(
                    null,
                    0,
                    Instant.now(),
                    Instant.now(),
                    new VersionManifest.Host("host", "folder"),
                    new VersionManifest.MachineName("machine", "machine"),
                    "CRASH",
                    Map.of(),
                    List.of(new VersionManifest.Disk("disk", "disk", "raw", chunk.length, root, chunk.length)),
                    List.of(),
                    new VersionManifest.Stats(chunk.length, chunk.length, chunk.length, session.storedBytes()));
            return vault.publish(session, draft).id();
        }
    }
}
