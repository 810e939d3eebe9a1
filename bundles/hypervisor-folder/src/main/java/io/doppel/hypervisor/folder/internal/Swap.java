package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * Puts a restore's new files in the place of old ones. Every step can be done again after a crash. The steps are made
 * durable in an order in which no crash can lose an old file before it is kept.
 */
final class Swap {
    private final Path machineFolder;
    private final Path workFolder;
    private final Path keptFolder;
    private final Runnable step;

    /**
     * @param workFolder the restore's hidden folder in the machine's folder
     * @param step called before each step that changes something; a test crashes there
     */
    Swap(Path workFolder, Runnable step) {
        this.machineFolder = workFolder.getParent();
        this.workFolder = workFolder;
        this.keptFolder = machineFolder.resolve(
                OwnFolder.of(workFolder).orElseThrow().kept().name());
        this.step = step;
    }

    /**
     * Decides for the swap and completes it.
     *
     * @throws DoppelException {@link FolderError#SWAP_CONFLICT} if something is in the way that is not to be replaced; nothing has
     *     changed then
     */
    void begin(SwapJournal journal) throws IOException, DoppelException {
        checkNothingInTheWay(machineFolder, journal.placed(), journal.replaced());
        // a name that comes to be there only through this swap must not be taken for an old one after a crash
        List<String> replaced = journal.replaced().stream()
                .filter(name -> FolderFiles.exists(machineFolder.resolve(name)))
                .toList();
        step.run();
        FolderFiles.sync(workFolder);
        step.run();
        new SwapJournal(journal.restoreId(), journal.machineId(), replaced, journal.placed()).write(workFolder);
        complete();
    }

    /**
     * Checks that each new name is free or will be.
     *
     * @throws DoppelException {@link FolderError#SWAP_CONFLICT} otherwise
     */
    static void checkNothingInTheWay(Path machineFolder, Collection<String> placed, Collection<String> replaced)
            throws DoppelException {
        for (String name : placed) {
            Path place = machineFolder.resolve(name);
            if (!replaced.contains(name) && FolderFiles.exists(place)) {
                throw new DoppelException(FolderError.SWAP_CONFLICT, place + " is in the way of a restored file");
            }
        }
    }

    /** Completes a swap that was decided for. */
    void complete() throws IOException, DoppelException {
        SwapJournal journal = SwapJournal.read(workFolder);
        step.run();
        Files.createDirectories(keptFolder);
        for (String name : journal.replaced()) {
            step.run();
            if (!FolderFiles.exists(keptFolder.resolve(name))) {
                move(machineFolder.resolve(name), keptFolder.resolve(name));
            }
        }
        step.run();
        FolderFiles.sync(keptFolder);
        FolderFiles.sync(machineFolder);
        for (String name : journal.placed()) {
            step.run();
            move(workFolder.resolve(name), machineFolder.resolve(name));
        }
        step.run();
        FolderFiles.sync(machineFolder);
        step.run();
        KeptFolder.describe(keptFolder, journal, Instant.now());
        step.run();
        SwapJournal.delete(workFolder);
        step.run();
        FolderFiles.deleteTree(workFolder);
    }

    private static void move(Path from, Path to) throws IOException, DoppelException {
        if (!FolderFiles.exists(from)) {
            return;
        }
        if (FolderFiles.exists(to)) {
            throw new DoppelException(FolderError.SWAP_CONFLICT, to + " is in the way of " + from);
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
