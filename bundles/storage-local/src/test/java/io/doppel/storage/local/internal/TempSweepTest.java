package io.doppel.storage.local.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.tck.ChildJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Temporary files are swept if, and only if, their writer no longer lives. */
class TempSweepTest {
    @TempDir
    Path folder;

    /** A process that writes half an object and then waits to be told to go on, or to be killed. */
    static final class HalfWriter {
        private HalfWriter() {}

        public static void main(String[] arguments) throws Exception {
            try (Storage storage = FolderStorage.open(Path.of(arguments[0]));
                    ObjectWriter writer = storage.put("by/child")) {
                writer.write(new byte[1000], 0, 1000);
                System.out.println("half");
                System.in.read();
                writer.commit();
            }
        }
    }

    private Process startHalfWriter() throws Exception {
        Process child = ChildJvm.start(HalfWriter.class, folder.toString());
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
        assertEquals("half", lines.readLine());
        return child;
    }

    private List<String> temps() throws Exception {
        try (var files = Files.list(folder.resolve(".tmp"))) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    @Test
    void livingWriterOfAnotherProcessIsSpared() throws Exception {
        Process child = startHalfWriter();
        try {
            FolderStorage.open(folder).close();
            assertEquals(2, temps().size(), "lock and half object of the child");
            child.getOutputStream().write('\n');
            child.getOutputStream().flush();
            assertTrue(child.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, child.exitValue());
            try (Storage storage = FolderStorage.open(folder)) {
                assertEquals(1000, storage.stat("by/child").orElseThrow().size());
            }
            assertEquals(List.of(), temps());
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void killedWriterIsSwept() throws Exception {
        Process child = startHalfWriter();
        child.destroyForcibly();
        assertTrue(child.waitFor(30, TimeUnit.SECONDS));
        assertEquals(2, temps().size());
        try (Storage storage = FolderStorage.open(folder)) {
            assertTrue(storage.stat("by/child").isEmpty());
        }
        assertEquals(List.of(), temps());
    }

    @Test
    void writerOfThisProcessIsSpared() throws Exception {
        try (Storage one = FolderStorage.open(folder);
                ObjectWriter writer = one.put("a")) {
            writer.write(new byte[10], 0, 10);
            FolderStorage.open(folder).close();
            try (Storage two = FolderStorage.open(folder);
                    ObjectWriter other = two.put("b")) {
                other.commit();
            }
            writer.commit();
            assertEquals(10, one.stat("a").orElseThrow().size());
        }
        assertEquals(List.of(), temps());
    }

    /** Opening and closing beside a writer must not release the lock that proves the writer's life. */
    @Test
    void lockOutlivesAnotherStorageOfThisProcess() throws Exception {
        try (Storage one = FolderStorage.open(folder);
                ObjectWriter writer = one.put("a")) {
            FolderStorage.open(folder).close();
            Process child = startHalfWriter();
            child.destroyForcibly();
            assertTrue(child.waitFor(30, TimeUnit.SECONDS));
            writer.commit();
            assertNotNull(one.stat("a").orElseThrow());
        }
    }

    @Test
    void readOnlyTouchesNothing() throws Exception {
        Process child = startHalfWriter();
        child.destroyForcibly();
        assertTrue(child.waitFor(30, TimeUnit.SECONDS));
        List<String> before = temps();
        FolderStorage.openReadOnly(folder).close();
        assertEquals(before, temps());
    }

    @Test
    void readOnlyMakesNoFolder() throws DoppelException {
        FolderStorage.openReadOnly(folder).close();
        assertTrue(Files.notExists(folder.resolve(".tmp")));
    }
}
