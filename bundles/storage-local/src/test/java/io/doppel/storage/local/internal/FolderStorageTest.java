package io.doppel.storage.local.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What is particular to a folder: where it is, what else may be in it, links, and who may read it. */
class FolderStorageTest {
    @TempDir
    Path temp;

    private static void put(Storage storage, String name, byte... content) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            writer.write(content, 0, content.length);
            writer.commit();
        }
    }

    private static byte read(Storage storage, String name) throws DoppelException {
        byte[] one = new byte[1];
        storage.read(name, 0, one, 0, 1);
        return one[0];
    }

    private static void expect(StorageError kind, Executable action) {
        DoppelException e = assertThrows(DoppelException.class, action);
        assertTrue(e.is(kind), "expected " + kind + ", got " + e.getMessage());
    }

    private static List<String> names(Storage storage) throws DoppelException {
        List<String> names = new ArrayList<>();
        storage.list("", (ObjectInfo info) -> names.add(info.name()));
        return names.stream().sorted().toList();
    }

    @Test
    void openingMakesNothingBeforeTheFirstPut() throws Exception {
        Path vault = temp.resolve("vault");
        try (Storage storage = FolderStorage.open(vault)) {
            assertEquals(List.of(), names(storage));
            assertTrue(storage.stat("config").isEmpty());
            storage.delete("config");
            assertTrue(storage.space().orElseThrow().total() > 0);
            assertEquals(
                    temp.toRealPath().resolve("vault").toString(),
                    storage.facts().get("folder"));
            assertFalse(Files.exists(vault));
            put(storage, "config", (byte) 1);
            assertEquals(1, read(storage, "config"));
        }
        assertTrue(Files.exists(vault.resolve("config")));
    }

    @Test
    void folderWithoutOneAboveIsUnreachable() {
        expect(StorageError.UNREACHABLE, () -> FolderStorage.open(temp.resolve("not/there")));
        expect(StorageError.UNREACHABLE, () -> FolderStorage.openReadOnly(temp.resolve("not")));
        assertFalse(Files.exists(temp.resolve("not")));
    }

    @Test
    void fileIsNoFolder() throws Exception {
        Path file = Files.createFile(temp.resolve("file"));
        expect(StorageError.UNSUITABLE, () -> FolderStorage.open(file));
        expect(StorageError.UNSUITABLE, () -> FolderStorage.open(file.resolve("vault")));
    }

    /** A file system that is unmounted leaves its empty mount point: nothing may seem missing, nothing may be written. */
    @Test
    void vanishedFolderIsUnreachableNotEmpty() throws Exception {
        Path vault = Files.createDirectory(temp.resolve("vault"));
        try (Storage storage = FolderStorage.open(vault)) {
            put(storage, "a/b", (byte) 1);
            ObjectWriter early = storage.put("a/c");
            early.write(new byte[1], 0, 1);
            Files.move(vault, temp.resolve("elsewhere"));
            Files.createDirectory(vault);
            expect(StorageError.UNREACHABLE, () -> read(storage, "a/b"));
            expect(StorageError.UNREACHABLE, () -> storage.stat("a/b"));
            expect(StorageError.UNREACHABLE, () -> storage.list("", info -> {}));
            expect(StorageError.UNREACHABLE, () -> storage.list("a", info -> {}));
            expect(StorageError.UNREACHABLE, () -> storage.put("a/d"));
            expect(StorageError.UNREACHABLE, () -> storage.delete("a/b"));
            expect(StorageError.UNREACHABLE, early::commit);
            try (var files = Files.list(vault)) {
                assertEquals(0, files.count());
            }
        }
    }

    @Test
    void linkToTheFolderIsFine() throws Exception {
        Path real = Files.createDirectory(temp.resolve("real"));
        Path link = Files.createSymbolicLink(temp.resolve("link"), real);
        try (Storage storage = FolderStorage.open(link)) {
            put(storage, "a/b", (byte) 1);
        }
        assertTrue(Files.exists(real.resolve("a/b")));
    }

    @Test
    void linksBelowTheFolderAreRefused() throws Exception {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.write(outside.resolve("secret"), new byte[] {42});
        Path vault = Files.createDirectory(temp.resolve("vault"));
        try (Storage storage = FolderStorage.open(vault)) {
            Files.createSymbolicLink(vault.resolve("file"), outside.resolve("secret"));
            Files.createSymbolicLink(vault.resolve("folder"), outside);
            Files.createSymbolicLink(vault.resolve("dangling"), temp.resolve("nowhere"));
            for (String name : List.of("file", "folder/secret", "dangling")) {
                expect(StorageError.DENIED, () -> read(storage, name));
                expect(StorageError.DENIED, () -> storage.stat(name));
                expect(StorageError.DENIED, () -> storage.delete(name));
            }
            for (String name : List.of("folder/new", "folder/deep/new", "dangling/new")) {
                expect(StorageError.DENIED, () -> put(storage, name, (byte) 1));
            }
            for (String name : List.of("file", "folder", "dangling")) {
                expect(StorageError.EXISTS, () -> put(storage, name, (byte) 1));
            }
            assertEquals(List.of(), names(storage));
            expect(StorageError.DENIED, () -> storage.list("folder", info -> {}));
        }
        try (var files = Files.list(outside)) {
            assertEquals(1, files.count());
        }
        assertArrayEquals(new byte[] {42}, Files.readAllBytes(outside.resolve("secret")));
        assertFalse(Files.exists(temp.resolve("nowhere")));
    }

    @Test
    void linkInPlaceOfTheTemporaryFolderIsRefused() throws Exception {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Path vault = Files.createDirectory(temp.resolve("vault"));
        Files.createSymbolicLink(vault.resolve(".tmp"), outside);
        expect(StorageError.DENIED, () -> FolderStorage.open(vault));
        try (var files = Files.list(outside)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void nobodyElseMayRead() throws Exception {
        Path vault = temp.resolve("vault");
        try (Storage storage = FolderStorage.open(vault)) {
            put(storage, "a/b", (byte) 1);
        }
        for (String folder : List.of("", "a", ".tmp")) {
            assertEquals(
                    "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(vault.resolve(folder))));
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(vault.resolve("a/b"))));
    }

    @Test
    void foreignFilesAreNoObjects() throws Exception {
        Files.createDirectory(temp.resolve("lost+found"));
        Files.createFile(temp.resolve(".hidden"));
        Files.createFile(temp.resolve("Thumbs.db"));
        Path deep = Files.createDirectories(temp.resolve("1/2/3/4/5/6/7/8"));
        Files.createFile(deep.resolve("too-deep"));
        try (Storage storage = FolderStorage.open(temp)) {
            put(storage, "a", (byte) 1);
            assertEquals(List.of("a"), names(storage));
        }
    }

    @Test
    void nothingGoesBelowAnObject() throws Exception {
        try (Storage storage = FolderStorage.open(temp)) {
            put(storage, "a", (byte) 1);
            expect(StorageError.BAD_NAME, () -> put(storage, "a/b", (byte) 1));
            assertEquals(1, read(storage, "a"));
        }
    }

    @Test
    void replacedObjectIsReadAnew() throws Exception {
        try (Storage storage = FolderStorage.open(temp);
                Storage other = FolderStorage.open(temp)) {
            put(storage, "a", (byte) 1);
            assertEquals(1, read(storage, "a"));
            other.delete("a");
            expect(StorageError.NOT_FOUND, () -> read(storage, "a"));
            put(other, "a", (byte) 2);
            assertEquals(2, read(storage, "a"));
        }
    }

    @Test
    void openFilesAreBounded() throws Exception {
        try (Storage storage = FolderStorage.open(temp)) {
            for (int i = 0; i < 200; i++) {
                put(storage, "many/" + i, (byte) i);
            }
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 200; i++) {
                    assertEquals((byte) i, read(storage, "many/" + i));
                }
            }
            assertEquals(64, openObjects());
        }
        assertEquals(0, openObjects());
    }

    private long openObjects() throws Exception {
        Path many = temp.toRealPath().resolve("many");
        long open = 0;
        try (var files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path file : files) {
                // Descriptors of other threads may come and go meanwhile.
                open += Files.isSymbolicLink(file)
                                && Files.readSymbolicLink(file).startsWith(many)
                        ? 1
                        : 0;
            }
        }
        return open;
    }
}
