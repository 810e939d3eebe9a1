package io.doppel.core.internal.state;

import io.doppel.api.error.DoppelException;
import io.doppel.core.JobError;
import io.doppel.vault.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The folder with everything that this server remembers, of mode 0700. */
public final class StateFolder {
    static final String INSTALLATION = "installation-id";
    static final String LIFE = "installation-life";
    static final String CATALOG = "catalog";
    static final String SECRETS = "secrets";
    static final String VAULTS = "vaults";
    static final String CONFIGURATION = "recovered-configuration";

    private final Path folder;
    private final String installationId;
    private final String life;

    private StateFolder(Path folder, String installationId, String life) {
        this.folder = folder;
        this.installationId = installationId;
        this.life = life;
    }

    /** Opens the folder, making it and the installation's id if they are absent. */
    public static StateFolder open(Path folder) throws DoppelException {
        try {
            DurableFiles.createFolders(folder);
            StagedState.settle(folder);
            Path life = folder.resolve(LIFE);
            return new StateFolder(
                    folder,
                    installationId(folder.resolve(INSTALLATION)),
                    Files.exists(life)
                            ? Files.readString(life, StandardCharsets.ISO_8859_1)
                                    .strip()
                            : "");
        } catch (IOException e) {
            throw new DoppelException(JobError.STATE_FOLDER, "'" + folder + "' cannot be used", e);
        }
    }

    private static String installationId(Path file) throws IOException, DoppelException {
        if (!Files.exists(file)) {
            String id = UUID.randomUUID().toString();
            DurableFiles.replace(file, id.getBytes(StandardCharsets.US_ASCII));
            return id;
        }
        String id = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        try {
            return UUID.fromString(id).toString();
        } catch (IllegalArgumentException e) {
            // A new id would disown every snapshot and lease of this server.
            throw new DoppelException(JobError.STATE_FOLDER, "'" + file + "' does not hold an installation id", e);
        }
    }

    /** Id of this installation, the same for its whole life. */
    public String installationId() {
        return installationId;
    }

    /** Which server of the installation this is: empty for the first, random for one that was recovered. */
    public String life() {
        return life;
    }

    /** The folder itself. */
    public Path folder() {
        return folder;
    }

    /** Where configuration is that was recovered and is not in use yet. */
    public Path recoveredConfiguration() {
        return folder.resolve(CONFIGURATION);
    }

    /** Where the catalogue is. */
    public Path catalog() {
        return folder.resolve(CATALOG);
    }

    /** Where the secrets are. */
    public Path secrets() {
        return folder.resolve(SECRETS);
    }

    /** Where the vaults' key files are. */
    public Path vaults() {
        return folder.resolve(VAULTS);
    }
}
