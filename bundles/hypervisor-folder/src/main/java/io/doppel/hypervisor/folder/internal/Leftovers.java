package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.hypervisor.KeptOriginal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What restores of this installation left in the tree: interrupted ones, and old disks kept. */
final class Leftovers {
    private final MachineTree tree;
    private final String installationId;
    private final ActiveRestores active;
    private final Runnable step;

    Leftovers(MachineTree tree, String installationId, ActiveRestores active, Runnable step) {
        this.tree = tree;
        this.installationId = installationId;
        this.active = active;
        this.step = step;
    }

    /** Something done to one folder, with a line that tells it; empty if there was nothing to do. */
    private interface Action {
        Optional<String> on(Path folder) throws IOException, DoppelException;
    }

    /**
     * Completes the swaps that were interrupted.
     *
     * @return one line for each
     */
    List<String> completeSwaps() throws DoppelException {
        return each(work -> {
            if (!SwapJournal.isIn(work) || active.contains(work)) {
                return Optional.empty();
            }
            new Swap(work, step).complete();
            return Optional.of("Completed an interrupted restore in " + work.getParent());
        });
    }

    /**
     * Deletes half restores that no run is working on and that nobody wrote to for a time.
     *
     * @return one line for each
     */
    List<String> deleteHalfRestores(Duration minimumAge) throws DoppelException {
        Instant youngest = Instant.now().minus(minimumAge);
        return each(work -> {
            if (SwapJournal.isIn(work)
                    || active.contains(work)
                    || lastWrite(work).isAfter(youngest)) {
                return Optional.empty();
            }
            FolderFiles.deleteTree(work);
            return Optional.of("Removed a half restore: " + work);
        });
    }

    /** Treats all of our restores' folders, also behind one that fails; then the first failure counts. */
    private List<String> each(Action action) throws DoppelException {
        List<String> done = new ArrayList<>();
        DoppelException failure = null;
        for (Path work : own(OwnFolder.Kind.RESTORE)) {
            try {
                action.on(work).ifPresent(done::add);
            } catch (IOException e) {
                failure = failure == null ? FolderFiles.writeFailed(e, work) : failure;
            } catch (DoppelException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return done;
    }

    private static Instant lastWrite(Path folder) throws IOException {
        Instant last = Files.getLastModifiedTime(folder).toInstant();
        for (Path file : FolderFiles.list(folder)) {
            Instant written = Files.getLastModifiedTime(file).toInstant();
            last = written.isAfter(last) ? written : last;
        }
        return last;
    }

    List<KeptOriginal> kept() throws DoppelException {
        List<KeptOriginal> found = new ArrayList<>();
        for (Path folder : own(OwnFolder.Kind.KEPT)) {
            if (KeptFolder.isDescribed(folder)) {
                try {
                    found.add(KeptFolder.read(folder));
                } catch (IOException e) {
                    throw new DoppelException(FolderError.UNREADABLE, folder + " cannot be read", e);
                }
            }
        }
        return found;
    }

    void deleteKept(String restoreId) throws DoppelException {
        for (Path folder : own(OwnFolder.Kind.KEPT)) {
            boolean meant = OwnFolder.of(folder).orElseThrow().restoreId().equals(restoreId);
            if (meant && KeptFolder.isDescribed(folder)) {
                try {
                    KeptFolder.delete(folder);
                } catch (IOException e) {
                    throw FolderFiles.writeFailed(e, folder);
                }
            }
        }
    }

    private List<Path> own(OwnFolder.Kind kind) throws DoppelException {
        try {
            return tree.ownFolders().stream()
                    .filter(f -> {
                        OwnFolder own = OwnFolder.of(f).orElseThrow();
                        return own.kind() == kind && own.installationId().equals(installationId);
                    })
                    .toList();
        } catch (IOException e) {
            throw new DoppelException(FolderError.UNREADABLE, tree.root() + " cannot be read", e);
        }
    }
}
