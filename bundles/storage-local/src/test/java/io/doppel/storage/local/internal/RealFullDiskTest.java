package io.doppel.storage.local.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of 16 MiB in a mount namespace of its own ({@code unshare}, util-linux): full, then read-only. */
class RealFullDiskTest {
    private static final String SCRIPT = "mount -t tmpfs -o size=16m none \"$1\""
            + " && \"$2\" -cp \"$3\" \"$4\" \"$1\" full"
            + " && mount -o remount,ro \"$1\""
            + " && \"$2\" -cp \"$3\" \"$4\" \"$1\" read-only";

    @TempDir
    Path mountPoint;

    @Test
    void fullAndReadOnlyFileSystems() throws Exception {
        File output =
                mountPoint.resolveSibling(mountPoint.getFileName() + ".out").toFile();
        try {
            Process child = new ProcessBuilder(
                            "unshare",
                            "--map-root-user",
                            "--mount",
                            "sh",
                            "-c",
                            SCRIPT,
                            "sh",
                            mountPoint.toString(),
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            System.getProperty("java.class.path"),
                            Steps.class.getName())
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start();
            assertTrue(child.waitFor(60, TimeUnit.SECONDS));
            String said = Files.readString(output.toPath(), StandardCharsets.UTF_8);
            assertEquals(0, child.exitValue(), said);
        } finally {
            Files.deleteIfExists(output.toPath());
        }
    }

    /** What is done on that file system. */
    static final class Steps {
        private static final int MIB = 1 << 20;

        private Steps() {}

        public static void main(String[] arguments) throws Exception {
            try (Storage storage = FolderStorage.open(Path.of(arguments[0], "vault"))) {
                if (arguments[1].equals("full")) {
                    fill(storage);
                } else {
                    onlyRead(storage);
                }
            }
        }

        private static void put(Storage storage, String name, int mib) throws DoppelException {
            try (ObjectWriter writer = storage.put(name)) {
                for (int i = 0; i < mib; i++) {
                    writer.write(new byte[MIB], 0, MIB);
                }
                writer.commit();
            }
        }

        private static void fill(Storage storage) throws DoppelException {
            put(storage, "first", 1);
            expect(storage, "too/big", 64, StorageError.FULL);
            check(storage.stat("too/big").isEmpty(), "half an object is there");
            check(storage.space().orElseThrow().free() > 14L * MIB, "the aborted object still takes space");
            put(storage, "second", 4);
            check(storage.stat("second").orElseThrow().size() == 4L * MIB, "the second object is not whole");
        }

        private static void onlyRead(Storage storage) throws DoppelException {
            check(storage.capabilities().readOnly(), "it should be read-only");
            storage.read("second", 0, new byte[MIB], 0, MIB);
            expect(storage, "third", 1, StorageError.READ_ONLY);
        }

        private static void expect(Storage storage, String name, int mib, StorageError kind) throws DoppelException {
            try {
                put(storage, name, mib);
            } catch (DoppelException e) {
                check(e.is(kind), "expected " + kind + ": " + e.getMessage());
                return;
            }
            check(false, "it did not fail");
        }

        private static void check(boolean good, String what) {
            if (!good) {
                throw new AssertionError(what);
            }
        }
    }
}
