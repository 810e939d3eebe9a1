package io.doppel.bench;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.disks.DiskImages;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.VersionManifest;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A backup as a process of its own, to be killed: folder to vault, without a server. Vault and the server's state lie in {@code
 * FOLDER/vault} and {@code FOLDER/state}. Status 0 means that all went well.
 *
 * <pre>
 * FaultTarget create FOLDER          makes an empty vault
 * FaultTarget backup FOLDER IMAGE    prints "begin", stores the image, prints "done ID" once the version is durable
 * FaultTarget check FOLDER           verifies everything, prints "version ID SHA-256" for every version's disk
 * </pre>
 */
public final class FaultTarget {
    private static final VaultOwner OWNER = new VaultOwner("fault-target", "fault-target");
    private static final int PIECE = 1 << 20;
    private static final char[] NO_PASSPHRASE = {};

    private FaultTarget() {}

    /** Runs one verb. */
    public static void main(String[] args) throws NoSuchAlgorithmException {
        Path folder = Path.of(args[1]);
        try (Storage storage = LocalStorage.open(folder.resolve("vault"))) {
            switch (args[0]) {
                case "create" ->
                    Vault.create(storage, state(folder), OWNER, "zstd", NO_PASSPHRASE)
                            .close();
                case "backup" -> backup(storage, state(folder), Path.of(args[2]));
                case "check" -> check(storage, state(folder));
                default -> throw new IllegalArgumentException(args[0]);
            }
        } catch (DoppelException e) {
            System.err.println(args[0] + ": " + e);
            System.exit(1);
        }
    }

    private static Path state(Path folder) {
        return folder.resolve("state");
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static void backup(Storage storage, Path state, Path image) throws DoppelException {
        say("begin");
        try (Vault vault = Vault.open(storage, state, OWNER, VaultAccess.ATTACH, NO_PASSPHRASE);
                DiskReader source = DiskImages.open(image)) {
            VersionManifest version = OneDisk.backup(vault, source, "machine", Optional.empty(), Optional.empty());
            say("done " + version.id());
        }
    }

    private static void check(Storage storage, Path state) throws DoppelException, NoSuchAlgorithmException {
        try (Vault vault = Vault.open(storage, state, OWNER, VaultAccess.READ_ONLY, NO_PASSPHRASE)) {
            VerifyReport report = vault.verify(List.of(), (total, done) -> {}, CancelToken.NEVER);
            if (!report.clean()) {
                System.err.println("check: " + report);
                System.exit(2);
            }
            for (String id : vault.versionIds()) {
                try (DiskReader disk = vault.openDisk(id, OneDisk.KEY)) {
                    say("version " + id + " " + hash(disk));
                }
            }
        }
    }

    private static String hash(DiskReader disk) throws DoppelException, NoSuchAlgorithmException {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        byte[] piece = new byte[PIECE];
        for (long at = 0; at < disk.size(); at += PIECE) {
            int n = (int) Math.min(PIECE, disk.size() - at);
            disk.read(at, piece, 0, n);
            sha.update(piece, 0, n);
        }
        return HexFormat.of().formatHex(sha.digest());
    }
}
