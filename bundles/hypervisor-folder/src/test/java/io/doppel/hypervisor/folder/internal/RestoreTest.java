package io.doppel.hypervisor.folder.internal;

import static io.doppel.hypervisor.folder.internal.Tree.assertCode;
import static io.doppel.hypervisor.folder.internal.Tree.wanted;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.inventory.Machine;
import io.doppel.spi.hypervisor.KeptOriginal;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.tck.RecordingWork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreTest {
    private static final int SIZE = 70_001;
    private static final byte[] NEW = new byte[SIZE];
    private static final Duration NOW = Duration.ZERO;

    static {
        Arrays.fill(NEW, (byte) 7);
    }

    @TempDir
    Path root;

    private Tree tree;
    private byte[] old;

    /** A crash: nothing behind the point where it is thrown runs. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }

    @BeforeEach
    void machine() throws Exception {
        tree = new Tree(root);
        old = Files.readAllBytes(tree.image("web/disk0.img", SIZE, 1));
        tree.image("web/disk1.raw", SIZE, 2);
        tree.image("web/nested/disk0.img", SIZE, 3);
        Files.writeString(root.resolve("web/machine.cfg"), "memory=1G");
    }

    private List<String> names(String folder) throws Exception {
        try (Stream<Path> files = Files.list(root.resolve(folder))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void makesANewMachine() throws Exception {
        FolderHost host = tree.connect();
        Snapshot snapshot = host.snapshot(wanted("web"), new RecordingWork());
        RestoreRequest request = tree.request(snapshot, Optional.empty(), "new machine ☃", "r1");
        try (RestoreTarget target = host.prepareRestore(request, new RecordingWork())) {
            assertTrue(target.plan().get(0).contains("new machine ☃"), target.plan()::toString);
            assertFalse(Files.exists(root.resolve("new machine ☃")));
            tree.fill(target, request, NEW);
            assertEquals("new machine ☃", target.finish());
        }
        assertEquals(List.of("disk0.img", "disk1.raw", "machine.cfg"), names("new machine ☃"));
        assertArrayEquals(NEW, Files.readAllBytes(root.resolve("new machine ☃/disk0.img")));
        assertEquals("memory=1G", Files.readString(root.resolve("new machine ☃/machine.cfg")));
        assertEquals(List.of("new machine ☃", "web"), names("."));
        assertEquals(List.of(), host.sweep(NOW, List.of()));
    }

    @Test
    void aNewImageIsSparse() throws Exception {
        FolderHost host = tree.connect();
        Snapshot snapshot = host.snapshot(wanted("web"), new RecordingWork());
        RestoreRequest request = new RestoreRequest(
                "r1",
                "source",
                Optional.empty(),
                "big",
                List.of(new io.doppel.api.inventory.MachineDisk("disk0", "disk0.img", 1L << 40, "raw")),
                snapshot.machineConfig(),
                false,
                java.util.Map.of());
        try (RestoreTarget target = host.prepareRestore(request, new RecordingWork())) {
            target.finish();
        }
        assertEquals(1L << 40, Files.size(root.resolve("big/disk0.img")));
    }

    @Test
    void namesThatExistOrCannotBeAreRefused() throws Exception {
        FolderHost host = tree.connect();
        Snapshot snapshot = host.snapshot(wanted("web"), new RecordingWork());
        assertCode(
                FolderError.MACHINE_EXISTS,
                () -> host.prepareRestore(tree.request(snapshot, Optional.empty(), "web", "r"), new RecordingWork()));
        for (String name : List.of("", " ", ".", "..", "a/b", ".x", "a\nb", "a\0b", "x".repeat(256))) {
            assertCode(
                    FolderError.BAD_NAME,
                    () -> host.prepareRestore(
                            tree.request(snapshot, Optional.empty(), name, "r"), new RecordingWork()));
        }
        assertEquals(List.of("web"), names("."));
    }

    @Test
    void closingWithoutFinishLeavesNothing() throws Exception {
        FolderHost host = tree.connect();
        Snapshot snapshot = host.snapshot(wanted("web"), new RecordingWork());
        for (Optional<String> over : List.of(Optional.<String>empty(), Optional.of("web"))) {
            try (RestoreTarget target =
                    host.prepareRestore(tree.request(snapshot, over, "n", "r"), new RecordingWork())) {
                assertEquals(2, target.disks().size());
            }
        }
        assertEquals(List.of("web"), names("."));
        assertEquals(List.of("disk0.img", "disk1.raw", "machine.cfg", "nested"), names("web"));
    }

    @Test
    void overTheOriginalKeepsTheOldUntilConfirmed() throws Exception {
        FolderHost host = tree.connect();
        Files.writeString(root.resolve("web/notes.txt"), "stays");
        RestoreRequest request = tree.over(host.snapshot(wanted("web"), new RecordingWork()), "web", "r1");
        Files.writeString(root.resolve("web/machine.cfg"), "memory=9G");
        try (RestoreTarget target = host.prepareRestore(request, new RecordingWork())) {
            tree.fill(target, request, NEW);
            assertArrayEquals(old, Files.readAllBytes(root.resolve("web/disk0.img")));
            assertEquals("web", target.finish());
        }
        assertArrayEquals(NEW, Files.readAllBytes(root.resolve("web/disk0.img")));
        assertEquals("memory=1G", Files.readString(root.resolve("web/machine.cfg")));
        assertEquals("stays", Files.readString(root.resolve("web/notes.txt")));
        KeptOriginal kept = host.keptOriginals().get(0);
        assertEquals("r1", kept.restoreId());
        assertEquals("web", kept.machineId());
        assertTrue(kept.bytes() >= 2 * SIZE);
        assertEquals(List.of(), host.sweep(NOW, List.of()));
        assertEquals(List.of(), tree.connect("other", () -> {}).keptOriginals());
        tree.connect("other", () -> {}).confirmRestore("r1");
        host.confirmRestore("r2");
        assertEquals(1, host.keptOriginals().size());
        host.confirmRestore("r1");
        host.confirmRestore("r1");
        assertEquals(List.of(), host.keptOriginals());
        assertEquals(List.of("disk0.img", "disk1.raw", "machine.cfg", "nested", "notes.txt"), names("web"));
    }

    @Test
    void anImageOfAnotherFormatIsReplacedByARawOne() throws Exception {
        Path qcow = root.resolve("q/disk0.qcow2");
        Files.createDirectories(qcow.getParent());
        new ProcessBuilder("qemu-img", "create", "-q", "-f", "qcow2", qcow.toString(), "70144")
                .start()
                .waitFor();
        FolderHost host = tree.connect();
        RestoreRequest request = tree.over(host.snapshot(wanted("q"), new RecordingWork()), "q", "r1");
        try (RestoreTarget target = host.prepareRestore(request, new RecordingWork())) {
            tree.fill(target, request, new byte[70144]);
            target.finish();
        }
        Machine machine = host.machines().stream()
                .filter(m -> m.id().equals("q"))
                .findFirst()
                .orElseThrow();
        assertEquals(List.of(), machine.problems());
        assertEquals("disk0", machine.disks().get(0).key());
        assertEquals("disk0.raw", machine.disks().get(0).name());
        assertEquals("raw", machine.disks().get(0).format());
    }

    @Test
    void sweepTakesOnlyOurOwnOldLeftovers() throws Exception {
        FolderHost host = tree.connect();
        Snapshot snapshot = host.snapshot(wanted("web"), new RecordingWork());
        RestoreTarget running =
                host.prepareRestore(tree.request(snapshot, Optional.empty(), "n", "running"), new RecordingWork());
        tree.connect().prepareRestore(tree.request(snapshot, Optional.empty(), "n", "crashed"), new RecordingWork());
        tree.connect().prepareRestore(tree.over(snapshot, "web", "crashed"), new RecordingWork());
        tree.connect("other", () -> {})
                .prepareRestore(tree.request(snapshot, Optional.empty(), "n", "crashed"), new RecordingWork());
        assertEquals(List.of(), host.sweep(Duration.ofHours(1), List.of()));
        assertEquals(2, host.sweep(NOW, List.of()).size());
        assertEquals(3, names(".").size());
        assertEquals(List.of("disk0.img", "disk1.raw", "machine.cfg", "nested"), names("web"));
        running.close();
        assertEquals(1, tree.connect("other", () -> {}).sweep(NOW, List.of()).size());
        assertEquals(List.of("web"), names("."));
    }

    /** The end of a restore is killed at its first step, at its second, and so on until it runs through. */
    @Test
    void aCrashAtAnyStepLeavesOneWholeMachine() throws Exception {
        int steps = 0;
        boolean crashed = true;
        boolean sawOld = false;
        boolean sawNew = false;
        while (crashed) {
            crashed = crashAtStep(steps++);
            boolean isNew = Arrays.equals(NEW, Files.readAllBytes(root.resolve("web/disk0.img")));
            byte[] expected = isNew ? NEW : old;
            sawOld |= !isNew;
            sawNew |= isNew;
            assertArrayEquals(expected, Files.readAllBytes(root.resolve("web/disk0.img")));
            assertEquals(isNew, Arrays.equals(NEW, Files.readAllBytes(root.resolve("web/disk1.raw"))));
            assertEquals(List.of(), tree.connect().machines().get(0).problems());
            assertEquals(isNew ? 1 : 0, tree.connect().keptOriginals().size());
            FolderHost host = tree.connect();
            if (isNew) {
                Path kept = root.resolve("web/.doppel-kept.inst%2E1%2Fx.r1");
                assertArrayEquals(old, Files.readAllBytes(kept.resolve("disk0.img")));
                host.confirmRestore("r1");
                machine();
            }
            host.sweep(NOW, List.of());
            assertEquals(List.of("disk0.img", "disk1.raw", "machine.cfg", "nested"), names("web"));
        }
        assertTrue(sawOld && sawNew && steps > 12, "steps " + steps);
    }

    private boolean crashAtStep(int number) throws Exception {
        int[] left = {number};
        FolderHost host = tree.connect(Tree.INSTALLATION, () -> {
            if (left[0]-- == 0) {
                throw new Crash();
            }
        });
        RestoreRequest request = tree.over(host.snapshot(wanted("web"), new RecordingWork()), "web", "r1");
        RestoreTarget target = host.prepareRestore(request, new RecordingWork());
        tree.fill(target, request, NEW);
        try {
            target.finish();
            return false;
        } catch (Crash e) {
            // What starts next repairs: it may crash at each of its steps, too.
            for (int again = 0; again < 12; again++) {
                int[] more = {again};
                try {
                    tree.connect(Tree.INSTALLATION, () -> {
                        if (more[0]-- == 0) {
                            throw new Crash();
                        }
                    });
                } catch (Crash second) {
                    continue;
                }
            }
            tree.connect();
            return true;
        }
    }

    @Test
    void anUnfinishedSwapIsAProblemForOthers() throws Exception {
        int[] left = {4};
        FolderHost host = tree.connect(Tree.INSTALLATION, () -> {
            if (left[0]-- == 0) {
                throw new Crash();
            }
        });
        RestoreRequest request = tree.over(host.snapshot(wanted("web"), new RecordingWork()), "web", "r1");
        RestoreTarget target = host.prepareRestore(request, new RecordingWork());
        tree.fill(target, request, NEW);
        assertThrows(Crash.class, target::finish);
        target.close();
        FolderHost other = tree.connect("other", () -> {});
        assertCode(FolderError.RESTORE_UNFINISHED, () -> other.snapshot(wanted("web"), new RecordingWork()));
        assertCode(FolderError.RESTORE_UNFINISHED, () -> other.prepareRestore(request, new RecordingWork()));
        assertEquals(1, host.sweep(NOW, List.of()).size());
        assertEquals(
                2, other.snapshot(wanted("web"), new RecordingWork()).disks().size());
    }

    @Test
    void aStrangersFileIsNotOverwritten() throws Exception {
        FolderHost host = tree.connect();
        RestoreRequest request = tree.over(host.snapshot(wanted("web", "disk0"), new RecordingWork()), "web", "r1");
        Files.delete(root.resolve("web/disk0.img"));
        RestoreTarget target = host.prepareRestore(request, new RecordingWork());
        tree.fill(target, request, NEW);
        Files.writeString(root.resolve("web/disk0.img"), "stranger");
        assertCode(FolderError.SWAP_CONFLICT, target::finish);
        assertEquals("stranger", Files.readString(root.resolve("web/disk0.img")));
        Files.delete(root.resolve("web/disk0.img"));
        assertEquals("web", target.finish());
        assertArrayEquals(NEW, Files.readAllBytes(root.resolve("web/disk0.img")));
    }

    @Test
    void whatIsInTheWayIsMetBeforeAnythingMoves() throws Exception {
        FolderHost host = tree.connect();
        RestoreRequest request = tree.over(host.snapshot(wanted("web"), new RecordingWork()), "web", "r1");
        Files.delete(root.resolve("web/machine.cfg"));
        Files.createDirectory(root.resolve("web/machine.cfg"));
        assertCode(FolderError.SWAP_CONFLICT, () -> host.prepareRestore(request, new RecordingWork()));
        Files.delete(root.resolve("web/machine.cfg"));
        try (RestoreTarget target = host.prepareRestore(request, new RecordingWork())) {
            tree.fill(target, request, NEW);
            Files.createDirectory(root.resolve("web/machine.cfg"));
            assertCode(FolderError.SWAP_CONFLICT, target::finish);
            assertArrayEquals(old, Files.readAllBytes(root.resolve("web/disk0.img")));
        }
        assertEquals(List.of("disk0.img", "disk1.raw", "machine.cfg", "nested"), names("web"));
        assertEquals(
                2, host.snapshot(wanted("web"), new RecordingWork()).disks().size());
    }

    @Test
    void aDiskThatVanishedIsNotDeclaredRestored() throws Exception {
        FolderHost host = tree.connect();
        RestoreRequest request = tree.over(host.snapshot(wanted("web"), new RecordingWork()), "web", "r1");
        try (RestoreTarget target = host.prepareRestore(request, new RecordingWork())) {
            Files.delete(Path.of(target.disks().get("disk1").get(0).parameters().get("path")));
            assertCode(FolderError.NOT_RESTORED, target::finish);
        }
        assertEquals(List.of("disk0.img", "disk1.raw", "machine.cfg", "nested"), names("web"));
    }
}
