package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.spi.storage.StorageError;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A share on a small file system (tmpfs) that is filled to its last byte. */
class FullShareTest {
    private static final int MIB = 1 << 20;
    private static final int SIZE = 64;
    private static final int DISK = 16;

    @TempDir
    private Path folder;

    private Path nas;
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        nas = Files.createDirectory(folder.resolve("nas"));
        Command.run("mount", "-t", "tmpfs", "-o", "size=" + SIZE + "m", "none", nas.toString());
        boolean done = false;
        try {
            rig = new Rig(folder, DISK, nas, UnaryOperator.identity());
            rig.addVault();
            // What is tried here begins where the guard of free space did not help.
            rig.server.core.space().set("vault/" + rig.vault, Map.of("warn-percent", "0", "refuse-percent", "0"));
            done = true;
        } finally {
            if (!done) {
                unmount();
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        try {
            rig.close();
        } finally {
            unmount();
        }
    }

    private void unmount() throws Exception {
        Command.run("umount", nas.toString());
    }

    @Test
    void withoutAFreeByteNothingIsHalfMadeAndAPurgeGivesSpaceBack() throws Exception {
        String first = rig.stores();
        rig.machine.rewrite();
        rig.stores();
        fill(0);
        Map<String, Long> before = files();
        rig.machine.change();
        rig.attempt().failedWith(StorageError.FULL.id());
        assertEquals(before, files());

        // To open a vault something has to be written, too: this is what the reserve is for.
        rig.restartServer();
        rig.assertKept(rig.promises::assertKept);
        assertEquals(
                List.of(first),
                rig.server.core.retention().remove(List.of(first), false).stream()
                        .map(v -> v.id())
                        .toList());
        rig.promises.removed(first);
        rig.server.succeeded(rig.server.run("purge", Map.of("vault", rig.vault)));
        assertTrue(free() > (DISK - 1) * (long) MIB, () -> free() + " bytes are free");
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    @Test
    void aRunThatFillsTheShareFailsAndTheNextOneUsesWhatItStored() throws Exception {
        rig.stores();
        fill(DISK * MIB / 2);
        rig.machine.rewrite();
        rig.attempt().failedWith(StorageError.FULL.id());
        assertEquals(
                List.of(),
                files().keySet().stream().filter(FullShareTest::isTemporary).toList());
        rig.assertKept(rig.promises::assertKept);

        Files.delete(nas.resolve("filler"));
        rig.stores();
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    /** Has somebody else fill the share. @param free bytes that are left */
    private void fill(int free) throws IOException {
        try (OutputStream out = Files.newOutputStream(nas.resolve("filler"))) {
            for (long n = free() - free; n > 0; n -= MIB) {
                out.write(new byte[(int) Math.min(MIB, n)]);
            }
        }
        assertEquals(free, free());
    }

    private long free() {
        return nas.toFile().getUsableSpace();
    }

    /** What the vault's folder holds, with its sizes; without marks of those who work there now, which have none. */
    private Map<String, Long> files() throws IOException {
        Map<String, Long> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(nas.resolve(rig.vault))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = nas.resolve(rig.vault).relativize(file).toString();
                if (Files.size(file) > 0 || !isTemporary(name)) {
                    found.put(name, Files.size(file));
                }
            }
        }
        return found;
    }

    /** No object has a part with a dot at its beginning. */
    private static boolean isTemporary(String name) {
        return name.startsWith(".") || name.contains("/.");
    }
}
