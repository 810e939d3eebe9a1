package io.doppel.core.internal.state;

import io.doppel.api.error.DoppelException;
import io.doppel.core.JobError;
import io.doppel.vault.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * A state that is made beside the one in use, in {@code recovering}, and takes its place as a whole: renaming that folder to {@code
 * recovered} decides. Before that, nothing has happened; after it, the next start finishes what is left, whenever it was broken off.
 */
public final class StagedState implements AutoCloseable {
    private static final String UNDECIDED = "recovering";
    private static final String DECIDED = "recovered";
    /** In the staged state: the folder beside it that gets what was there before. */
    private static final String ASIDE = "put-aside";

    private static final List<String> PARTS = List.of(
            StateFolder.INSTALLATION,
            StateFolder.LIFE,
            StateFolder.CATALOG,
            StateFolder.SECRETS,
            StateFolder.VAULTS,
            StateFolder.CONFIGURATION);

    private final Path state;
    private final Path staged;
    private boolean committed;

    private StagedState(Path state, Path staged) {
        this.state = state;
        this.staged = staged;
    }

    /**
     * Begins with nothing.
     *
     * @param state the folder in use
     */
    public static StagedState begin(Path state) throws DoppelException {
        Path staged = state.resolve(UNDECIDED);
        try {
            Folders.delete(staged);
            DurableFiles.createFolders(staged);
            return new StagedState(state, staged);
        } catch (IOException e) {
            throw failure(staged, e);
        }
    }

    private static DoppelException failure(Path folder, IOException e) {
        return new DoppelException(JobError.STATE_FOLDER, "'" + folder + "' cannot be used", e);
    }

    /** Begins anew with nothing. */
    public void clear() throws DoppelException {
        begin(state);
    }

    /** Where the catalogue is to be. */
    public Path catalog() {
        return staged.resolve(StateFolder.CATALOG);
    }

    /** Where the secrets are to be. */
    public Path secrets() {
        return staged.resolve(StateFolder.SECRETS);
    }

    /** Where the vaults' key files are to be. */
    public Path vaults() {
        return staged.resolve(StateFolder.VAULTS);
    }

    /** Where configuration is to be. */
    public Path configuration() {
        return staged.resolve(StateFolder.CONFIGURATION);
    }

    /** A folder for what is needed meanwhile. */
    public Path scratch() {
        return staged.resolve("scratch");
    }

    /**
     * Decides: from now on the staged state is the one that the next start uses.
     *
     * @param installation its installation's id
     * @param life which server of the installation it is
     * @param aside name of a new folder in the state's that gets what is in use now; empty to delete that
     */
    public void commit(String installation, String life, String aside) throws DoppelException {
        try {
            write(StateFolder.INSTALLATION, installation);
            write(StateFolder.LIFE, life);
            write(ASIDE, aside);
            Folders.delete(scratch());
            DurableFiles.sync(staged);
            Files.move(staged, state.resolve(DECIDED), StandardCopyOption.ATOMIC_MOVE);
            committed = true;
            DurableFiles.sync(state);
        } catch (IOException e) {
            throw failure(staged, e);
        }
    }

    private void write(String name, String text) throws IOException {
        DurableFiles.replace(staged.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Finishes what was decided, and forgets what was not. For who is about to use the state. */
    static void settle(Path state) throws IOException {
        Folders.delete(state.resolve(UNDECIDED));
        Path decided = state.resolve(DECIDED);
        if (!Files.exists(decided)) {
            return;
        }
        Path name = decided.resolve(ASIDE);
        // gone if all that was left to do was to delete the folder
        String aside = Files.exists(name) ? Files.readString(name) : "";
        for (String part : PARTS) {
            Path fresh = decided.resolve(part);
            if (Files.exists(fresh)) {
                putAside(state, state.resolve(part), aside);
                Files.move(fresh, state.resolve(part), StandardCopyOption.ATOMIC_MOVE);
                DurableFiles.sync(state);
            }
        }
        Folders.delete(decided);
        DurableFiles.sync(state);
    }

    private static void putAside(Path state, Path old, String aside) throws IOException {
        if (!Files.exists(old)) {
            return;
        }
        if (aside.isEmpty()) {
            Folders.delete(old);
            return;
        }
        Path folder = state.resolve(aside);
        DurableFiles.createFolders(folder);
        Files.move(old, folder.resolve(old.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.sync(folder);
    }

    /** Gives the staged state up unless it was committed. */
    @Override
    public void close() throws DoppelException {
        if (!committed) {
            try {
                Folders.delete(staged);
            } catch (IOException e) {
                throw failure(staged, e);
            }
        }
    }
}
