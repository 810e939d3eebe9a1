package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.function.Executable;

/** Data and small steps of the storage contract. */
final class StorageData {
    static final List<String> GOOD_NAMES = List.of(
            "a",
            "0",
            "-",
            "_",
            "a.b",
            "a..b",
            "a.",
            "config",
            "data/0f/00112233445566778899aabbccddeeff",
            "a/b/c/d/e/f/g/h",
            "x".repeat(100),
            ("y".repeat(99) + "/").repeat(7) + "z".repeat(100));

    static final List<String> BAD_NAMES = List.of(
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "../a",
            "a/../b",
            "a/..",
            "a/.",
            "./a",
            ".hidden",
            "a/.tmp",
            ".tmp/a",
            "A",
            "a/B",
            "a b",
            "a\\b",
            "a\u0000b",
            "a\nb",
            "a:b",
            "a*",
            "ä",
            "a\u0301",
            "~",
            "$x",
            "a+b",
            "x".repeat(101),
            "a/" + "x".repeat(101),
            "a/b/c/d/e/f/g/h/i");

    private StorageData() {}

    /** Something that may fail as storages do. */
    interface Step {
        void run() throws Exception;
    }

    static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String shown(String name) {
        String printable = name.replaceAll("[^ -~]", "?");
        return printable.length() <= 40 ? printable : printable.substring(0, 37) + "… (" + name.length() + ")";
    }

    static void put(Storage storage, String name, byte[] bytes) throws DoppelException {
        try (ObjectWriter writer = storage.put(name)) {
            int half = bytes.length / 2;
            writer.write(bytes, 0, half);
            writer.write(bytes, half, bytes.length - half);
            writer.commit();
        }
    }

    static byte[] readAll(Storage storage, String name) throws DoppelException {
        byte[] bytes = new byte
                [(int) storage.stat(name)
                        .orElseThrow(
                                () -> new AssertionError("Storage.stat: no object '" + name + "', which was committed"))
                        .size()];
        storage.read(name, 0, bytes, 0, bytes.length);
        return bytes;
    }

    static void expect(StorageError kind, String sentence, Step step) {
        Executable executable = step::run;
        check(kind, sentence, assertThrows(DoppelException.class, executable, sentence));
    }

    static void expectAnyStorageError(String sentence, Step step) {
        Executable executable = step::run;
        DoppelException e = assertThrows(DoppelException.class, executable, sentence);
        assertInstanceOf(StorageError.class, e.code(), "Storage: \"every failure is a StorageError\"; " + sentence);
    }

    static void check(StorageError kind, String sentence, DoppelException e) {
        assertTrue(e.is(kind), () -> sentence + "; expected " + kind + ", got: " + e.getMessage());
    }
}
