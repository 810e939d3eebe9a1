package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.KeySlotIds;
import io.doppel.shell.internal.output.Human;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Removes a key slot. */
@Service
@Command(scope = "doppel", name = "key-remove", description = "Remove a key slot of a vault")
public final class KeyRemoveCommand extends DoppelCommand {
    @Argument(name = "VAULT SLOT", description = "The vault, then the slot's id or label", multiValued = true)
    @Completion(KeySlotIds.class)
    List<String> arguments;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    VaultService vaults;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        if (words.size() != 2) {
            throw usage("Give the vault and one slot");
        }
        String vault = words.get(0);
        confirm(
                yes,
                "Remove key slot '" + words.get(1) + "' of vault '" + vault
                        + "'? What opened it does not open the vault" + " any more.");
        logWho(vault);
        KeySlotView slot = vaults.removeKeySlot(vault, words.get(1));
        print(slot, "Slot " + described(slot) + " of vault '" + vault + "' was removed.");
        screen().err()
                .println(
                        "Who kept a copy of the slot, and has what opens it, can still open that copy: see docs/keys.md.");
    }

    private static String described(KeySlotView slot) {
        String what = slot.kind() == KeySlotView.Kind.UNKNOWN
                ? "unreadable"
                : Human.word(slot.kind()) + " '" + slot.label() + "'";
        return slot.id() + " (" + what + ")";
    }
}
