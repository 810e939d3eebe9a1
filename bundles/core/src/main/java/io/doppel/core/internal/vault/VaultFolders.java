package io.doppel.core.internal.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.core.JobError;
import io.doppel.core.internal.state.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Where this server keeps the key file, the lease and the index of each vault. */
public final class VaultFolders {
    private final Path folder;

    /** @param folder where they all are */
    public VaultFolders(Path folder) {
        this.folder = folder;
    }

    /** A folder whose name does not depend on what a file system allows in names. */
    public Path of(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return folder.resolve(HexFormat.of().formatHex(digest, 0, 16));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Deletes the folder of that vault, if there is one. */
    void forget(String name) throws DoppelException {
        try {
            Folders.delete(of(name));
        } catch (IOException e) {
            throw new DoppelException(JobError.STATE_FOLDER, "'" + of(name) + "' cannot be deleted", e);
        }
    }
}
