package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.VaultRequest;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.cifs.internal.CifsStorageType;
import io.doppel.storage.local.internal.LocalStorageType;
import io.doppel.tck.NoSecrets;
import io.doppel.tck.Samba;
import io.doppel.tck.SambaShare;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A server of ours, a real smbd with a share for its vault, and a machine to back up. */
final class Rig implements AutoCloseable {
    static final String TYPE = "cifs";
    static final String SHARE = "backups";
    static final String USER = "keeper";
    static final String PASSWORD = "first secret";
    static final String ADDRESS = "127.0.0.1";

    final Path folder;
    /** What is shared. */
    final Path shared;

    final Path machines;
    final Samba samba;
    final WatchedShares shares;
    final Machine machine;
    /** Of the vault that is in use now. */
    Promises promises = new Promises();

    /** Its name, and that of its folder on the share. */
    String vault = "v";

    DoppelServer server;

    /**
     * Starts all of it; there is no vault yet.
     *
     * @param folder for everything
     * @param mib size of the machine's disk
     */
    Rig(Path folder, int mib) throws Exception {
        this(folder, mib, new CifsStorageType()::open);
    }

    /**
     * The same.
     *
     * @param opening opens shares
     */
    Rig(Path folder, int mib, WatchedShares.Opening opening) throws Exception {
        this(folder, mib, opening, folder.resolve("nas"), UnaryOperator.identity());
    }

    /**
     * The same.
     *
     * @param shared the folder to share
     * @param more what else smbd shall be like
     */
    Rig(Path folder, int mib, Path shared, UnaryOperator<Samba.Builder> more) throws Exception {
        this(folder, mib, new CifsStorageType()::open, shared, more);
    }

    private Rig(Path folder, int mib, WatchedShares.Opening opening, Path shared, UnaryOperator<Samba.Builder> more)
            throws Exception {
        shares = new WatchedShares(opening);
        this.folder = folder;
        this.shared = shared;
        machines = Files.createDirectories(folder.resolve("machines"));
        machine = new Machine(machines, "web", mib, 1);
        samba = more.apply(Samba.in(folder.resolve("samba"))
                        .share(SambaShare.of(SHARE, shared))
                        .user(USER, PASSWORD))
                .start();
        server = new DoppelServer(folder.resolve("state"), shares);
        server.addHost(machines);
    }

    /** How our server gets to the share. */
    Map<String, String> settings(Map<String, String> other) {
        Map<String, String> all = new HashMap<>(Map.of(
                "server", ADDRESS,
                "port", Integer.toString(samba.port()),
                "share", SHARE,
                "path", vault,
                "user", USER,
                "password", PASSWORD));
        all.putAll(other);
        return all;
    }

    /** Makes the vault. */
    void addVault() throws Exception {
        addVault(Map.of());
    }

    void addVault(Map<String, String> other) throws Exception {
        server.addVault(vault, TYPE, settings(other), VaultRequest.Access.CREATE);
    }

    /** Makes another vault on the same share, which is the one in use from now on. */
    void addNextVault(String name) throws Exception {
        vault = name;
        promises = new Promises();
        addVault();
    }

    /** Backs up the machine as it is; this must succeed. @return the version */
    String stores() throws Exception {
        String digest = promises.attempt(machine);
        String version = server.version(server.succeeded(server.backup(machine.name, vault)));
        promises.reported(version, digest);
        return version;
    }

    /** Begins to back up the machine as it is, which may go wrong; {@link Attempt#ended} must follow. */
    Attempt attempt() throws Exception {
        String digest = promises.attempt(machine);
        return new Attempt(this, server.begin(machine.name, vault), digest);
    }

    /** A backup during which something happens. */
    record Attempt(Rig rig, JobRun run, String digest) {
        /**
         * Waits for its end.
         *
         * @return how it ended: well, so that its version is promised from now on, or with a code
         */
        JobRun ended() throws Exception {
            JobRun ended = rig.server.core.jobs().await(run.id());
            if (ended.state() == JobState.FAILED || ended.state() == JobState.CANCELLED) {
                String told = rig.server.told(ended);
                assertTrue(Codes.of(ended.errorCode()) != CommonError.INTERNAL, told);
                assertTrue(ended.outcome().contains(Codes.of(ended.errorCode()).advice()), told);
            } else {
                rig.promises.reported(rig.server.version(rig.server.succeeded(ended)), digest);
            }
            return ended;
        }

        /** The same, of a run that did not fail or can simply be started again. */
        JobRun endedWellOrRetryable() throws Exception {
            JobRun ended = ended();
            if (ended.state() == JobState.FAILED) {
                assertTrue(Codes.of(ended.errorCode()).retryable(), () -> rig.server.told(ended));
            }
            return ended;
        }

        /** The same, of a run that must fail with a certain code. */
        JobRun failedWith(String code) throws Exception {
            JobRun ended = ended();
            assertEquals(code, ended.errorCode(), () -> rig.server.told(ended));
            return ended;
        }
    }

    /** Asserts that all that was promised is kept, and that the next run is as if nothing had been. */
    void assertNextRunClean() throws Exception {
        assertKept(promises::assertKept);
        machine.change();
        stores();
        assertKept(promises::assertKept);
    }

    /** Asserts that every version still has its bits, and that a validation of everything, over the share, finds nothing. */
    void assertAllWell() throws Exception {
        assertKept(promises::assertAllKept);
        server.succeeded(server.run("validate", Map.of("vault", vault)));
    }

    /** What is asked of a vault. */
    @FunctionalInterface
    interface Question {
        void of(Vault vault) throws Exception;
    }

    /** Asks somebody who has the shared folder itself, knows nothing of our server but the passphrase, and only reads. */
    void assertKept(Question question) throws Exception {
        LocalStorageType type = new LocalStorageType();
        Map<String, String> settings = Map.of("path", shared.resolve(vault).toString(), "read-only", "true");
        try (Storage storage = type.open(type.settings().parse(settings), new NoSecrets());
                Vault look = Vault.open(
                        storage,
                        Files.createTempDirectory(folder, "look"),
                        new VaultOwner("somebody", "somebody"),
                        VaultAccess.READ_ONLY,
                        DoppelServer.PASSPHRASE.toCharArray())) {
            question.of(look);
        }
    }

    /** Our server ends in good order and starts again. */
    void restartServer() throws Exception {
        server.close();
        server = new DoppelServer(folder.resolve("state"), shares);
    }

    @Override
    public void close() throws Exception {
        try {
            server.close();
        } finally {
            samba.close();
        }
    }
}
