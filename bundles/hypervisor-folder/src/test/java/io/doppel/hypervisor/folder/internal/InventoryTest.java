package io.doppel.hypervisor.folder.internal;

import static io.doppel.hypervisor.folder.internal.Tree.assertCode;
import static io.doppel.hypervisor.folder.internal.Tree.wanted;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.disks.DiskError;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.tck.RecordingWork;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryTest {
    @TempDir
    Path root;

    @TempDir
    Path elsewhere;

    private Tree tree() {
        return new Tree(root);
    }

    private Machine machine(String id) throws Exception {
        try (HypervisorHost host = tree().connect()) {
            return host.machines().stream()
                    .filter(m -> m.id().equals(id))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void foldersWithImagesAreMachines() throws Exception {
        tree().image("web/disk0.img", 5000, 1);
        tree().image("web/disk1.raw", 0, 2);
        tree().image("site a/Büro ☃/x.img", 1, 3);
        tree().image("n".repeat(200) + "/" + "d".repeat(200) + ".img", 513, 4);
        Files.createDirectories(root.resolve("empty"));
        Files.writeString(root.resolve("web/machine.cfg"), "memory=1G");
        tree().image(".hidden/disk.img", 10, 5);
        tree().image("web/.secret.img", 10, 5);
        try (HypervisorHost host = tree().connect()) {
            List<Machine> found = host.machines();
            assertEquals(
                    List.of("n".repeat(200), "site a/Büro ☃", "web"),
                    found.stream().map(Machine::id).sorted().toList());
            assertTrue(found.stream().allMatch(m -> m.problems().isEmpty()), found::toString);
            Machine web = machine("web");
            assertEquals(
                    List.of(
                            new MachineDisk("disk0", "disk0.img", 5000, "raw"),
                            new MachineDisk("disk1", "disk1.raw", 0, "raw")),
                    web.disks());
            assertEquals("Büro ☃", machine("site a/Büro ☃").name());
        }
    }

    @Test
    void theHostsOwnFolderCanBeAMachine() throws Exception {
        tree().image("disk.img", 512, 1);
        assertEquals(root.getFileName().toString(), machine(".").name());
        try (HypervisorHost host = tree().connect()) {
            assertEquals(
                    1, host.snapshot(wanted("."), new RecordingWork()).disks().size());
        }
    }

    @Test
    void snapshotReadsTheImagesAndSaysWhatItIs() throws Exception {
        Path image = tree().image("web/disk0.img", 1_000_001, 1);
        Files.writeString(root.resolve("web/machine.cfg"), "memory=1G");
        Files.write(root.resolve("web/big.iso"), new byte[70_000]);
        try (HypervisorHost host = tree().connect();
                Snapshot snapshot = host.snapshot(wanted("web"), new RecordingWork())) {
            assertEquals(Consistency.CRASH, snapshot.consistency());
            DiskOffer offer = snapshot.disks().get(0);
            assertArrayEquals(Files.readAllBytes(image), tree().read(offer));
            assertEquals("big.iso", snapshot.machineConfig().get("left-out"));
            assertArrayEquals(
                    "memory=1G".getBytes(),
                    MachineFiles.others(snapshot.machineConfig()).get("machine.cfg"));
            assertTrue(offer.changes().isEmpty());
            assertTrue(snapshot.commit("v1").isEmpty());
        }
    }

    @Test
    void anImageWrittenAfterTheSnapshotIsRefused() throws Exception {
        Path image = tree().image("web/disk0.img", 100_000, 1);
        try (HypervisorHost host = tree().connect();
                Snapshot snapshot = host.snapshot(wanted("web"), new RecordingWork())) {
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.write(1);
            }
            assertCode(DiskError.CHANGED, () -> tree().read(snapshot.disks().get(0)));
        }
    }

    @Test
    void twoImagesOfOneNameAreAProblem() throws Exception {
        tree().image("web/disk0.img", 512, 1);
        tree().image("web/Disk0.raw", 512, 2);
        assertTrue(machine("web").problems().get(0).startsWith("DPL-FLD-0005"), machine("web")::toString);
        try (HypervisorHost host = tree().connect()) {
            assertCode(FolderError.TWO_IMAGES_ONE_NAME, () -> host.snapshot(wanted("web"), new RecordingWork()));
        }
    }

    @Test
    void oneFileUnderTwoNamesIsAProblem() throws Exception {
        Path image = tree().image("web/disk0.img", 512, 1);
        Files.createLink(root.resolve("web/disk1.img"), image);
        try (HypervisorHost host = tree().connect()) {
            assertCode(FolderError.SAME_FILE_TWICE, () -> host.snapshot(wanted("web"), new RecordingWork()));
        }
    }

    @Test
    void linksThatLeaveTheTreeAreNotFollowed() throws Exception {
        Path outside = Files.write(elsewhere.resolve("x.img"), new byte[512]);
        tree().image("web/disk0.img", 512, 1);
        Files.createSymbolicLink(root.resolve("web/disk1.img"), outside);
        Files.createSymbolicLink(root.resolve("linked"), elsewhere);
        try (HypervisorHost host = tree().connect()) {
            assertCode(FolderError.LEAVES_TREE, () -> host.snapshot(wanted("web"), new RecordingWork()));
            assertTrue(machine("linked").problems().get(0).startsWith("DPL-FLD-0007"));
            assertCode(FolderError.NO_MACHINE, () -> host.snapshot(wanted("linked"), new RecordingWork()));
        }
    }

    @Test
    void aLinkInsideTheTreeIsADisk() throws Exception {
        Path image = tree().image("pool/a.img", 512, 1);
        Files.createDirectories(root.resolve("web"));
        Files.createSymbolicLink(root.resolve("web/disk0.img"), image);
        Files.createSymbolicLink(root.resolve("alias"), root.resolve("web"));
        try (HypervisorHost host = tree().connect()) {
            assertEquals(
                    List.of("pool", "web"),
                    host.machines().stream().map(Machine::id).toList());
            Snapshot snapshot = host.snapshot(wanted("web"), new RecordingWork());
            assertArrayEquals(
                    Files.readAllBytes(image), tree().read(snapshot.disks().get(0)));
        }
    }

    @Test
    void badRequestsAreCoded() throws Exception {
        tree().image("web/disk0.img", 512, 1);
        tree().image(".hidden/disk0.img", 512, 1);
        try (HypervisorHost host = tree().connect()) {
            for (String id :
                    List.of("nope", "../" + root.getFileName() + "/web", "web/../web", "", ".hidden", "/", "a\0b")) {
                assertCode(FolderError.NO_MACHINE, () -> host.snapshot(wanted(id), new RecordingWork()));
            }
            assertCode(FolderError.NO_DISK, () -> host.snapshot(wanted("web", "disk9"), new RecordingWork()));
        }
        assertCode(FolderError.NO_FOLDER, () -> new Tree(root.resolve("missing")).connect());
        assertCode(FolderError.NO_FOLDER, () -> new Tree(root.resolve("web/disk0.img")).connect());
    }

    @Test
    void aFolderThatGoesAwayIsCoded() throws Exception {
        Path sub = Files.createDirectory(root.resolve("tree"));
        new Tree(sub).image("web/disk0.img", 512, 1);
        try (HypervisorHost host = new Tree(sub).connect()) {
            Files.move(sub, root.resolve("unmounted"));
            assertCode(FolderError.NO_FOLDER, host::machines);
            assertCode(FolderError.NO_MACHINE, () -> host.snapshot(wanted("web"), new RecordingWork()));
        }
    }

    @Test
    void aDamagedImageIsAProblemOfItsMachineOnly() throws Exception {
        tree().image("web/disk0.img", 512, 1);
        tree().image("bad/disk0.qcow2", 5000, 1);
        assertTrue(machine("bad").problems().get(0).startsWith("DPL-DSK-0003"));
        try (HypervisorHost host = tree().connect()) {
            assertCode(DiskError.NOT_AN_IMAGE, () -> host.snapshot(wanted("bad"), new RecordingWork()));
            assertEquals(
                    1, host.snapshot(wanted("web"), new RecordingWork()).disks().size());
        }
    }
}
