package io.doppel.storage.local.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.StorageError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every failing operation becomes the right error, harms nothing, and the same put works afterwards. */
class FailuresTest {
    @TempDir
    Path folder;

    private final FaultyOps ops = new FaultyOps();
    private FolderStorage storage;

    @BeforeEach
    void open() throws Exception {
        storage = FolderStorage.open(folder, ops);
        put("a/there");
    }

    @AfterEach
    void close() {
        storage.close();
    }

    private void put(String name) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            writer.write(name.getBytes(), 0, name.length());
            writer.commit();
        }
    }

    private void checkWhole(String name) throws DoppelException {
        byte[] bytes = new byte[name.length()];
        storage.read(name, 0, bytes, 0, bytes.length);
        assertArrayEquals(name.getBytes(), bytes);
    }

    private List<String> temps() throws Exception {
        try (var files = Files.list(folder.resolve(".tmp"))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> !n.endsWith(".lock"))
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "No space left on device, FULL",
        "Disk quota exceeded, FULL",
        "Permission denied, DENIED",
        "Operation not permitted, DENIED",
        "Read-only file system, READ_ONLY",
        "Stale file handle, UNREACHABLE",
        "Input/output error, IO",
        "Schreib-/Lesefehler, IO"
    })
    void everyReasonIsTold(String reason, StorageError expected) throws Exception {
        for (Op.Kind kind :
                List.of(Op.Kind.CREATE, Op.Kind.WRITE, Op.Kind.SYNC_FILE, Op.Kind.MAKE_FOLDER, Op.Kind.LINK)) {
            ops.fail(kind, reason);
            DoppelException e = assertThrows(DoppelException.class, () -> put("b/new"));
            assertTrue(e.is(expected), kind + ": " + e.getMessage());
            ops.fail(null, null);
            assertEquals(List.of(), temps(), kind + " leaves temporary files");
            assertTrue(storage.stat("b/new").isEmpty());
        }
        checkWhole("a/there");
        put("b/new");
        checkWhole("b/new");
    }

    @ParameterizedTest
    @EnumSource(
            value = Op.Kind.class,
            names = {"REMOVE", "SYNC_FOLDER"})
    void failingDeleteIsTold(Op.Kind kind) {
        ops.fail(kind, "Input/output error");
        DoppelException e = assertThrows(DoppelException.class, () -> storage.delete("a/there"));
        assertTrue(e.is(StorageError.IO), e.getMessage());
    }

    /** FULL would say that the object is not there. */
    @ParameterizedTest
    @ValueSource(strings = {"Input/output error", "No space left on device", "Disk quota exceeded"})
    void unflushedNameIsAnError(String reason) throws Exception {
        ops.fail(Op.Kind.SYNC_FOLDER, reason);
        DoppelException e = assertThrows(DoppelException.class, () -> put("a/new"));
        assertTrue(e.is(StorageError.IO), e.getMessage());
        ops.fail(null, null);
        assertTrue(
                storage.stat("a/new").isPresent(), "after a failed commit the object may be there, and is whole then");
        checkWhole("a/new");
    }

    @Test
    void fileSystemWithoutHardLinksIsUnsuitable() {
        ops.fail(Op.Kind.LINK, "Operation not permitted");
        DoppelException e = assertThrows(DoppelException.class, () -> FolderStorage.open(folder, ops));
        assertTrue(e.is(StorageError.UNSUITABLE), e.getMessage());
    }

    @Test
    void fullTargetCanStillBeOpenedAndRead() throws Exception {
        ops.fail(Op.Kind.CREATE, "No space left on device");
        try (FolderStorage full = FolderStorage.open(folder, ops)) {
            assertTrue(full.stat("a/there").isPresent());
            DoppelException e = assertThrows(DoppelException.class, () -> full.put("b"));
            assertTrue(e.is(StorageError.FULL), e.getMessage());
            full.delete("a/there");
            ops.fail(null, null);
            full.put("b").close();
        }
    }

    @Test
    void readOnlyFileSystemOpensForReading() throws Exception {
        ops.fail(Op.Kind.CREATE, "Read-only file system");
        try (FolderStorage readOnly = FolderStorage.open(folder, ops)) {
            assertTrue(readOnly.capabilities().readOnly());
            assertTrue(readOnly.stat("a/there").isPresent());
            DoppelException e = assertThrows(DoppelException.class, () -> readOnly.put("b"));
            assertTrue(e.is(StorageError.READ_ONLY), e.getMessage());
        }
    }
}
