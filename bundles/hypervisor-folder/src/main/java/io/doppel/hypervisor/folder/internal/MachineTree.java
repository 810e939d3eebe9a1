package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The tree of folders below a host's folder. Hidden folders and links to folders are not entered. */
final class MachineTree {
    private static final int DEEPEST = 64;

    private final Path root;

    /**
     * @param root real path
     */
    MachineTree(Path root) {
        this.root = root;
    }

    /** Opens a host's folder. */
    static MachineTree open(Path path) throws DoppelException {
        if (!Files.isDirectory(path)) {
            throw new DoppelException(FolderError.NO_FOLDER, path + " is no folder");
        }
        try {
            Path real = path.toRealPath();
            FolderFiles.list(real);
            return new MachineTree(real);
        } catch (IOException e) {
            throw new DoppelException(FolderError.UNREADABLE, path + " cannot be read", e);
        }
    }

    Path root() {
        return root;
    }

    /** All machines, by id. */
    List<Machine> machines() throws DoppelException {
        if (!Files.isDirectory(root)) {
            throw new DoppelException(FolderError.NO_FOLDER, root + " is no folder");
        }
        List<Machine> found = new ArrayList<>();
        for (Path folder : folders()) {
            found.addAll(look(folder));
        }
        return found;
    }

    private List<Machine> look(Path folder) {
        try {
            MachineFolder.checkName(folder);
            if (Files.isSymbolicLink(folder)) {
                return outside(folder);
            }
            return MachineFolder.read(root, folder).map(MachineFolder::machine).stream()
                    .toList();
        } catch (DoppelException e) {
            return List.of(unusable(folder, e));
        } catch (IOException e) {
            return List.of(
                    unusable(folder, new DoppelException(FolderError.UNREADABLE, folder + " cannot be read", e)));
        }
    }

    /** A link to a folder inside the tree adds nothing; one that leaves it is shown as what it is. */
    private List<Machine> outside(Path link) throws IOException {
        Path target = link.toRealPath();
        if (target.startsWith(root)) {
            return List.of();
        }
        return List.of(unusable(link, new DoppelException(FolderError.LEAVES_TREE, link + " leads to " + target)));
    }

    private Machine unusable(Path folder, DoppelException problem) {
        return new Machine(
                MachineFolder.id(root, folder),
                folder.getFileName().toString(),
                Machine.PowerState.UNKNOWN,
                Set.of(),
                List.of(),
                List.of(problem.getMessage()));
    }

    /** All folders that are not hidden, and links to folders; parents before what is in them. */
    private List<Path> folders() {
        List<Path> found = new ArrayList<>();
        collect(root, 0, found);
        return found;
    }

    private void collect(Path folder, int depth, List<Path> found) {
        found.add(folder);
        if (depth == DEEPEST || Files.isSymbolicLink(folder)) {
            return;
        }
        try {
            for (Path entry : FolderFiles.list(folder)) {
                if (Files.isDirectory(entry) && !MachineFolder.isHidden(entry)) {
                    collect(entry, depth + 1, found);
                }
            }
        } catch (IOException e) {
            // Whoever looks into the folder for images meets the same failure and reports it.
            return;
        }
    }

    /** The hidden folders that restores made, of every installation. */
    List<Path> ownFolders() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : folders()) {
            if (!Files.isSymbolicLink(folder) && Files.isReadable(folder)) {
                FolderFiles.list(folder).stream()
                        .filter(e -> FolderFiles.isFolder(e) && OwnFolder.of(e).isPresent())
                        .forEach(found::add);
            }
        }
        return found;
    }

    /** The machine of an id, which must be one that {@link #machines} gives. */
    MachineFolder find(String id) throws DoppelException {
        Path folder = folder(id);
        try {
            return MachineFolder.read(root, folder).orElseThrow(() -> unknown(id));
        } catch (IOException e) {
            throw new DoppelException(FolderError.UNREADABLE, folder + " cannot be read", e);
        }
    }

    private Path folder(String id) throws DoppelException {
        if (id.equals(".")) {
            return root;
        }
        try {
            Path folder = root.resolve(id);
            boolean plain = folder.equals(folder.normalize()) && folder.startsWith(root) && !folder.equals(root);
            if (!plain || !FolderFiles.isFolder(folder) || !folder.toRealPath().equals(folder) || hidden(folder)) {
                throw unknown(id);
            }
            return folder;
        } catch (InvalidPathException | IOException e) {
            throw unknown(id);
        }
    }

    private boolean hidden(Path folder) {
        for (Path part : root.relativize(folder)) {
            if (MachineFolder.isHidden(part)) {
                return true;
            }
        }
        return false;
    }

    private DoppelException unknown(String id) {
        return new DoppelException(FolderError.NO_MACHINE, "There is no machine '" + id + "' in " + root);
    }
}
