package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.VaultProgress;
import io.doppel.api.vault.VaultRequest;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.CifsError;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody changes the account that the vault's share is used with. */
class AccountTest {
    private static final String OTHER = "second secret";
    private static final int WRITES = 20;

    @TempDir
    private Path folder;

    private Rig rig;

    /** What is done to the account, and how it is undone. */
    enum Change {
        PASSWORD(CifsError.LOGIN, "wrong user name or password") {
            @Override
            void make(Rig rig) throws Exception {
                rig.samba.setPassword(Rig.USER, OTHER);
            }

            @Override
            void undo(Rig rig) throws Exception {
                rig.samba.setPassword(Rig.USER, Rig.PASSWORD);
            }
        },
        DISABLED(CifsError.ACCOUNT, "the account is switched off") {
            @Override
            void make(Rig rig) throws Exception {
                rig.samba.setEnabled(Rig.USER, false);
            }

            @Override
            void undo(Rig rig) throws Exception {
                rig.samba.setEnabled(Rig.USER, true);
            }
        };

        /** As at opening. */
        final ErrorCode code;

        /** What people are then told. */
        final String says;

        Change(ErrorCode code, String says) {
            this.code = code;
            this.says = says;
        }

        abstract void make(Rig rig) throws Exception;

        abstract void undo(Rig rig) throws Exception;
    }

    @BeforeEach
    void start() throws Exception {
        rig = new Rig(folder, 16);
        rig.addVault();
        rig.stores();
        rig.machine.rewrite();
    }

    @AfterEach
    void stop() throws Exception {
        rig.close();
    }

    @ParameterizedTest
    @EnumSource
    void betweenRunsIsToldAndOnceItIsUndoneAllIsWell(Change change) throws Exception {
        change.make(rig);
        breakSessions();
        assertDenied(change);
        assertDenied(change);
        change.undo(rig);
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    @ParameterizedTest
    @EnumSource
    void inTheMiddleOfABackupThatLosesItsSessionsEndsIt(Change change) throws Exception {
        rig.shares.before("write", WRITES, () -> {
            change.make(rig);
            breakSessions();
        });
        // What was being written breaks off with its connection; who comes next is asked for the password.
        rig.attempt().failedWith(StorageError.UNREACHABLE.id());
        assertDenied(change);
        change.undo(rig);
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    @ParameterizedTest
    @EnumSource
    void inTheMiddleOfABackupThatKeepsItsSessionsDoesNotMatter(Change change) throws Exception {
        rig.shares.before("write", WRITES, () -> change.make(rig));
        assertEquals(JobState.SUCCEEDED, rig.attempt().ended().state());
        change.undo(rig);
        rig.assertNextRunClean();
    }

    @Test
    void aVaultIsAttachedAgainWithTheNewPassword() throws Exception {
        rig.samba.setPassword(Rig.USER, OTHER);
        breakSessions();
        assertDenied(Change.PASSWORD);
        rig.server.core.vaults().removeVault(rig.vault);
        rig.server.addVault(
                rig.vault, Rig.TYPE, rig.settings(Map.of("password", OTHER)), VaultRequest.Access.TAKE_OVER);
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    @Test
    void aNewPasswordIsSetForAVaultThatIsAttached() throws Exception {
        rig.samba.setPassword(Rig.USER, OTHER);
        breakSessions();
        assertDenied(Change.PASSWORD);
        DoppelException e = assertThrows(DoppelException.class, () -> setPassword("a wrong one"));
        assertEquals(CifsError.LOGIN.id(), e.code().id(), e.getMessage());
        assertDenied(Change.PASSWORD);
        setPassword(OTHER);
        rig.assertNextRunClean();
        rig.restartServer();
        rig.assertNextRunClean();
        rig.assertAllWell();
    }

    private void setPassword(String password) throws Exception {
        rig.server
                .core
                .vaults()
                .changeVault(rig.vault, Map.of("password", password), VaultProgress.NONE, CancelToken.NEVER);
    }

    private void assertDenied(Change change) throws Exception {
        JobRun run = rig.attempt().failedWith(change.code.id());
        assertTrue(run.outcome().contains(change.says), run.outcome());
    }

    /** Sessions that are open outlive a change of the account; others are asked for the password. */
    private void breakSessions() throws Exception {
        rig.samba.kill();
        rig.samba.start();
    }
}
