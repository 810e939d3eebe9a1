package io.doppel.core.internal.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.core.SecretError;
import io.doppel.vault.DurableFiles;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class FileSecretStoreTest {
    private static final char[] VALUE = "pässwörd 🙂 \ud800".toCharArray();

    @TempDir
    Path top;

    private Path folder;
    private Path key;
    private Path file;

    @BeforeEach
    void places() {
        folder = top.resolve("secrets");
        key = folder.resolve("secrets.key");
        file = folder.resolve("secrets");
    }

    private FileSecretStore open() throws DoppelException {
        return FileSecretStore.open(folder);
    }

    private static void refused(SecretError code, Executable what) {
        DoppelException e = assertThrows(DoppelException.class, what);
        assertTrue(e.is(code), e.getMessage());
    }

    @Test
    void keepsAnyCharactersAcrossReopening() throws Exception {
        Map<SecretRef, char[]> kept = new HashMap<>();
        FileSecretStore store = open();
        Random random = new Random(1);
        for (int length = 0; length < 40; length++) {
            char[] value = new char[length];
            for (int i = 0; i < length; i++) {
                value[i] = (char) random.nextInt();
            }
            kept.put(store.put("purpose " + length, value), value);
        }
        FileSecretStore again = open();
        for (Map.Entry<SecretRef, char[]> e : kept.entrySet()) {
            assertArrayEquals(e.getValue(), again.get(e.getKey()));
        }
        SecretRef gone = kept.keySet().iterator().next();
        again.delete(gone);
        again.delete(gone);
        refused(SecretError.NO_SECRET, () -> open().get(gone));
    }

    @Test
    void aSecretIsFoundByItsPurposeAfterReopening() throws Exception {
        FileSecretStore store = open();
        SecretRef ref = store.put("offsite/1/key", "a".toCharArray());
        store.put("offsite/12/key", "b".toCharArray());
        store.putTemporary("offsite/2/key", "c".toCharArray());
        assertEquals(Optional.of(ref), open().find("offsite/1/key"));
        assertEquals(Optional.empty(), store.find("offsite/2/key"));
        store.delete(ref);
        assertEquals(Optional.empty(), open().find("offsite/1/key"));
    }

    @Test
    void nothingIsReadableAndFilesArePrivate() throws Exception {
        open().put("host/x", "correct horse".toCharArray());
        String raw = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(raw.replace("\0", "").contains("correct"));
        for (Path p : new Path[] {key, file}) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(p)));
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }

    /** Every single changed byte is noticed, and nothing is written then. */
    @Test
    void damageAnywhereIsNoticedAndLeftAlone() throws Exception {
        FileSecretStore store = open();
        store.put("a", VALUE);
        store.put("b", VALUE);
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            Files.write(file, bad);
            assertThrows(DoppelException.class, this::open, "byte " + i);
            assertArrayEquals(bad, Files.readAllBytes(file));
        }
        for (int length = 0; length < good.length; length += 7) {
            Files.write(file, Arrays.copyOf(good, length));
            refused(SecretError.STORE_DAMAGED, this::open);
        }
        Files.write(file, good);
        open();
    }

    @Test
    void aMissingWrongShortOrExposedKeyIsRefused() throws Exception {
        SecretRef ref = open().put("a", VALUE);
        byte[] good = Files.readAllBytes(key);
        Files.delete(key);
        refused(SecretError.KEY_MISSING, this::open);
        assertFalse(Files.exists(key));
        DurableFiles.replace(key, new byte[32]);
        refused(SecretError.WRONG_KEY, this::open);
        DurableFiles.replace(key, new byte[31]);
        refused(SecretError.KEY_DAMAGED, this::open);
        DurableFiles.replace(key, good);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        refused(SecretError.KEY_EXPOSED, this::open);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        assertArrayEquals(VALUE, open().get(ref));
    }

    @Test
    void aWriteThatFailsLeavesTheStoreAsItWas() throws Exception {
        FileSecretStore store = open();
        SecretRef ref = store.put("a", VALUE);
        // A folder that is not empty stands in the file's place.
        Path file = folder.resolve("secrets");
        Path aside = Files.move(file, folder.resolve("aside"));
        Path inTheWay = Files.createDirectories(file.resolve("x"));
        refused(SecretError.IO, () -> store.put("b", VALUE));
        refused(SecretError.IO, () -> store.delete(ref));
        assertArrayEquals(VALUE, store.get(ref));
        Files.delete(inTheWay);
        Files.delete(file);
        Files.move(aside, file);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(
                    List.of("secrets", "secrets.key"),
                    left.map(p -> p.getFileName().toString()).sorted().toList());
        }
        assertArrayEquals(VALUE, open().get(ref));
    }

    @Test
    void theInstallationIdStaysAndIsNeverReplaced() throws Exception {
        String id = StateFolder.open(top).installationId();
        assertEquals(id, StateFolder.open(top).installationId());
        Path idFile = top.resolve("installation-id");
        Files.writeString(idFile, "rubbish");
        assertThrows(DoppelException.class, () -> StateFolder.open(top));
        assertEquals("rubbish", Files.readString(idFile));
    }
}
