package io.doppel.shell.internal;

import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.vault.VaultView;
import java.util.List;

/** Reminds of recovery keys that were never exported. */
public final class KeyReminder {
    private KeyReminder() {}

    /** Prints a line on standard error for each of the vaults that needs one. */
    public static void show(Screen screen, List<VaultView> vaults) {
        for (VaultView vault : vaults) {
            if (!vault.recoveryKeyExported()
                    && vault.state() != ConnectionState.READ_ONLY
                    && !vault.id().isEmpty()) {
                screen.err()
                        .println("Reminder: if this server is lost, the data in vault '" + vault.name()
                                + "' may be lost with it until its recovery key is kept elsewhere: doppel:key-export "
                                + vault.name());
            }
        }
        screen.err().flush();
    }
}
