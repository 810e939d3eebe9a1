package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.vault.VaultView;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Commands about a vault that is added or changed. */
class VaultCommandsTest {
    private static final String SECRET = "new secret";

    private static Desk withNas(Desk desk) {
        desk.vaults.vaults.add(new VaultView(
                "nas",
                "v-nas",
                "cifs",
                Map.of("server", "nas1", "password", "(set)"),
                ConnectionState.CONNECTED,
                "",
                true,
                0,
                0,
                0));
        return desk;
    }

    @Test
    void aNewPasswordIsAskedForAndNeverShown() throws Exception {
        Desk desk = withNas(Desk.terminal(80));
        desk.screen.secrets.add(SECRET);
        assertEquals(0, desk.run("vault-set", "nas", "--set-secret", "password=-"), desk.screen.errText());
        assertEquals(Map.of("password", SECRET), desk.vaults.lastChanges);
        String out = desk.screen.outText();
        assertTrue(out.contains("Vault 'nas' was changed.") && out.contains("Opening the vault"), out);
        assertFalse(out.contains(SECRET), out);
    }

    @Test
    void anotherAddressAsksForThePasswordAgainAndOtherChangesDoNot() throws Exception {
        Desk desk = withNas(Desk.terminal(80));
        assertEquals(0, desk.run("vault-set", "nas", "--set", "signing=true"), desk.screen.errText());
        assertEquals(Map.of("signing", "true"), desk.vaults.lastChanges);
        desk.screen.secrets.add(SECRET);
        assertEquals(0, desk.run("vault-set", "nas", "--set", "server=nas2"), desk.screen.errText());
        assertEquals(Map.of("server", "nas2", "password", SECRET), desk.vaults.lastChanges);
    }

    @Test
    void whatIsNoChangeIsRefused() throws Exception {
        Desk desk = withNas(Desk.script());
        assertEquals(1, desk.run("vault-set", "nas"));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0001"), desk.screen.errText());
        desk.screen = FakeScreen.script();
        assertEquals(1, desk.run("vault-set", "nas", "--set", "password=" + SECRET));
        assertTrue(desk.screen.errText().startsWith("DPL-SHL-0003"), desk.screen.errText());
        desk.screen = FakeScreen.script();
        assertEquals(1, desk.run("vault-set", "nobody", "--set", "signing=true"));
        assertTrue(desk.screen.errText().startsWith("DPL-API-0007"), desk.screen.errText());
        assertNull(desk.vaults.lastChanges);
    }

    @Test
    void aScriptSeesTheResultAndNothingElse() throws Exception {
        Desk desk = withNas(Desk.script());
        desk.screen.input.add(SECRET);
        assertEquals(0, desk.run("vault-set", "nas", "--set-secret", "password=-"), desk.screen.errText());
        assertEquals("Vault 'nas' was changed.\n", desk.screen.outText());
    }

    @Test
    void ctrlCStopsAChange() throws Exception {
        Desk desk = withNas(Desk.terminal(80));
        desk.vaults.hangs = true;
        desk.screen.typedInterrupts.add(true);
        assertEquals(1, desk.run("vault-set", "nas", "--set", "signing=true"));
        assertTrue(desk.screen.errText().startsWith("DPL-API-0004"), desk.screen.errText());
        assertNull(desk.vaults.lastChanges);
    }

    @Test
    void whoIsWaitedForIsShownAndCtrlCStopsTakingOver() throws Exception {
        Desk desk = Desk.terminal(120);
        desk.vaults.hangs = true;
        desk.screen.secrets.add("passphrase");
        desk.screen.typedInterrupts.add(true);
        assertEquals(1, desk.run("vault-add", "local", "--name", "v", "--set", "path=/v", "--take-over"));
        assertTrue(desk.screen.errText().startsWith("DPL-API-0004"), desk.screen.errText());
        String out = desk.screen.outText();
        assertTrue(out.contains("45 s whether server 'old', which holds the vault, answers (4 of 45)"), out);
        assertNull(desk.vaults.lastRequest);
    }
}
