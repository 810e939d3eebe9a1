package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.vault.StorageTestView;
import io.doppel.api.vault.StorageTestView.Check;
import io.doppel.api.vault.StorageTestView.State;
import io.doppel.api.vault.StorageTestView.Verdict;
import io.doppel.api.vault.VaultRequest;
import io.doppel.spi.storage.StorageError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of real folders, through a server. */
class StorageTestTest {
    @TempDir
    Path temp;

    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = new Server(temp.resolve("state"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private StorageTestView test(Path folder, boolean readOnly) throws DoppelException {
        return server.core
                .storageTests()
                .testStorage("local", Map.of("path", folder.toString()), readOnly, w -> {}, CancelToken.NEVER);
    }

    private static Check check(StorageTestView view, String name) {
        return view.checks().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> files(Path folder) throws Exception {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void aFolderIsFit() throws Exception {
        Path folder = temp.resolve("store");
        StorageTestView view = test(folder, false);
        assertEquals(Verdict.FIT, view.verdict(), () -> view.checks().toString());
        assertEquals(folder.toString(), view.facts().get("folder"));
        assertTrue(view.freeBytes() > 0 && view.totalBytes() > view.freeBytes());
        assertEquals(4, view.throughputs().size());
        assertEquals(List.of(), files(folder));
    }

    @Test
    void theFolderOfAVaultIsTestedBesideItsWork() throws Exception {
        Path folder = temp.resolve("store");
        server.addVault("main", folder, VaultRequest.Access.CREATE);
        List<Path> before = files(folder);
        StorageTestView view = server.core.storageTests().testVault("main", w -> {}, CancelToken.NEVER);
        assertEquals(Verdict.FIT, view.verdict(), () -> view.checks().toString());
        assertEquals(before, files(folder));
        StorageTestView reading = test(folder, true);
        assertEquals(Verdict.FIT, reading.verdict(), () -> reading.checks().toString());
        assertTrue(check(reading, "read").text().contains("there is a vault"));
        DoppelException unknown = assertThrows(
                DoppelException.class, () -> server.core.storageTests().testVault("other", w -> {}, CancelToken.NEVER));
        assertTrue(unknown.is(CommonError.NOT_FOUND));
    }

    @Test
    void aFullDiskAndAReadOnlyOne() throws Exception {
        try (SmallDisk disk = new SmallDisk(temp, 16)) {
            Path folder = Files.createDirectory(disk.folder().resolve("store"));
            disk.fill(3 << 20);
            StorageTestView small = test(folder, false);
            assertEquals(Verdict.UNFIT, small.verdict());
            assertEquals(StorageError.FULL.id(), check(small, "whole").code());
            assertEquals(State.PASSED, check(small, "clean-up").state());
            assertEquals(List.of(), files(folder));
            disk.fillUp();
            StorageTestView full = test(folder, false);
            assertEquals(Verdict.UNFIT, full.verdict());
            assertEquals(StorageError.FULL.id(), check(full, "put").code());
            assertEquals(State.PASSED, check(full, "list").state());
            disk.makeReadOnly();
            StorageTestView readOnly = test(folder, false);
            assertEquals(Verdict.UNFIT, readOnly.verdict());
            assertEquals(StorageError.READ_ONLY.id(), check(readOnly, "put").code());
            assertEquals(StorageError.READ_ONLY.advice(), check(readOnly, "put").advice());
        }
    }

    @Test
    void aWrongPathHasTheCodeOfTheStorage() {
        DoppelException e = assertThrows(
                DoppelException.class, () -> test(temp.resolve("not").resolve("there"), false));
        assertTrue(e.is(StorageError.UNREACHABLE), e.getMessage());
    }
}
