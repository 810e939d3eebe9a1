package io.doppel.shell.internal;

import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.output.Human;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.support.ShellUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command that deals with the keys of a vault. */
public abstract class KeyCommand extends DoppelCommand {
    private static final Logger LOG = LoggerFactory.getLogger(KeyCommand.class);

    /** The vaults. */
    @Reference
    protected VaultService vaults;

    /** Logs who asks for this; what came of it is logged by the vault. */
    protected final void logWho(String vault) {
        String user = ShellUtil.getCurrentUserName();
        LOG.info(
                "User '{}' asked for {} of vault '{}'",
                user == null ? "unknown" : user,
                getClass().getAnnotation(Command.class).name(),
                vault);
    }

    /** A slot for people. */
    protected static String described(KeySlotView slot) {
        String what = slot.kind() == KeySlotView.Kind.UNKNOWN
                ? "unreadable"
                : Human.word(slot.kind()) + " '" + slot.label() + "'";
        return slot.id() + " (" + what + ")";
    }
}
