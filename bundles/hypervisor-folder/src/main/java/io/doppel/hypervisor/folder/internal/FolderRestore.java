package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.disks.RawDiskWriter;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.RestoreTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A restore into a hidden folder, which becomes the new machine by one rename, or whose files are swapped for the
 * original's by a journal.
 */
final class FolderRestore implements RestoreTarget {
    private final MachineTree tree;
    private final RestorePlan plan;
    private final Path workFolder;
    private final ActiveRestores active;
    private final Runnable step;
    private boolean ended;

    private FolderRestore(MachineTree tree, RestorePlan plan, Path workFolder, ActiveRestores active, Runnable step) {
        this.tree = tree;
        this.plan = plan;
        this.workFolder = workFolder;
        this.active = active;
        this.step = step;
    }

    /** Makes the hidden folder and, in it, disks of zeros. */
    static FolderRestore prepare(
            MachineTree tree,
            RestorePlan plan,
            String installationId,
            ActiveRestores active,
            Object connection,
            Runnable step)
            throws DoppelException {
        OwnFolder own = new OwnFolder(
                OwnFolder.Kind.RESTORE, installationId, plan.request().restoreId());
        Path beside = plan.original().isPresent() ? plan.machineFolder() : tree.root();
        Path work = beside.resolve(own.name());
        if (!active.begin(work, connection)) {
            throw new DoppelException(
                    FolderError.WRITE_FAILED, "The restore " + plan.request().restoreId() + " is under way already");
        }
        try {
            Files.createDirectory(work);
        } catch (IOException e) {
            active.end(work);
            throw FolderFiles.writeFailed(e, work);
        }
        FolderRestore restore = new FolderRestore(tree, plan, work, active, step);
        try {
            for (MachineDisk disk : plan.request().disks()) {
                RawDiskWriter.create(restore.image(disk), disk.size());
            }
            return restore;
        } catch (DoppelException e) {
            try {
                restore.close();
            } catch (DoppelException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private Path image(MachineDisk disk) {
        return workFolder.resolve(plan.images().get(disk.key()));
    }

    @Override
    public Map<String, List<DiskAccess>> disks() {
        Map<String, List<DiskAccess>> accesses = new LinkedHashMap<>();
        for (MachineDisk disk : plan.request().disks()) {
            accesses.put(disk.key(), List.of(FolderAccess.writing(image(disk))));
        }
        return accesses;
    }

    @Override
    public List<String> plan() {
        return plan.sentences();
    }

    @Override
    public String finish() throws DoppelException {
        try {
            for (MachineDisk disk : plan.request().disks()) {
                checkWritten(disk);
            }
            for (Map.Entry<String, byte[]> file : plan.others().entrySet()) {
                FolderFiles.writeWhole(workFolder.resolve(file.getKey()), file.getValue());
            }
            if (plan.original().isPresent()) {
                swap(plan.original().get());
            } else {
                publish();
            }
        } catch (IOException e) {
            throw FolderFiles.writeFailed(e, plan.machineFolder());
        }
        ended = true;
        active.end(workFolder);
        return MachineFolder.id(tree.root(), plan.machineFolder());
    }

    private void checkWritten(MachineDisk disk) throws IOException, DoppelException {
        Path image = image(disk);
        if (!FolderFiles.exists(image) || Files.size(image) != disk.size()) {
            throw new DoppelException(FolderError.NOT_RESTORED, image + " is not there with " + disk.size() + " bytes");
        }
        FolderFiles.sync(image);
    }

    private void publish() throws IOException, DoppelException {
        step.run();
        FolderFiles.sync(workFolder);
        if (FolderFiles.exists(plan.machineFolder())) {
            throw new DoppelException(FolderError.MACHINE_EXISTS, plan.machineFolder() + " exists");
        }
        step.run();
        Files.move(workFolder, plan.machineFolder(), StandardCopyOption.ATOMIC_MOVE);
        step.run();
        FolderFiles.sync(tree.root());
    }

    private void swap(MachineFolder original) throws IOException, DoppelException {
        Swap swap = new Swap(workFolder, step);
        if (SwapJournal.isIn(workFolder)) {
            swap.complete();
            return;
        }
        swap.begin(new SwapJournal(plan.request().restoreId(), original.id(), plan.replaced(), plan.placed()));
    }

    @Override
    public void close() throws DoppelException {
        if (ended) {
            return;
        }
        ended = true;
        try {
            // A swap that was decided for is completed when the host is connected or swept next.
            if (FolderFiles.exists(workFolder) && !SwapJournal.isIn(workFolder)) {
                FolderFiles.deleteTree(workFolder);
            }
        } catch (IOException e) {
            throw FolderFiles.writeFailed(e, workFolder);
        } finally {
            active.end(workFolder);
        }
    }
}
