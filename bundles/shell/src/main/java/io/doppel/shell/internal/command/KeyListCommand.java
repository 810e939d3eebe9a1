package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists key slots. */
@Service
@Command(scope = "doppel", name = "key-list", description = "List what opens a vault: its key slots")
public final class KeyListCommand extends VaultCommand {
    @Reference
    VaultService vaults;

    @Override
    protected void run(String vault) throws DoppelException {
        List<KeySlotView> slots = vaults.keySlots(vault);
        Table table = new Table("The vault has no key slot.")
                .name("SLOT")
                .name("OPENED BY")
                .text("LABEL")
                .text("STATE")
                .minor()
                .text("CREATED");
        for (KeySlotView slot : slots) {
            table.row(
                    slot.id(),
                    kind(slot.kind()),
                    slot.label(),
                    state(slot),
                    Human.time(Optional.of(slot.created()).filter(at -> !at.equals(Instant.EPOCH)), screen().zone()));
        }
        print(slots, table);
    }

    private static String kind(KeySlotView.Kind kind) {
        return switch (kind) {
            case PASSPHRASE -> "passphrase";
            case RECOVERY -> "recovery key";
            case MACHINE -> "key file";
            case UNKNOWN -> "?";
        };
    }

    private static String state(KeySlotView slot) {
        if (slot.kind() == KeySlotView.Kind.UNKNOWN) {
            return "damaged";
        }
        if (!slot.signatureRight()) {
            return "forged or damaged";
        }
        return slot.own() ? "this server's own" : "";
    }
}
