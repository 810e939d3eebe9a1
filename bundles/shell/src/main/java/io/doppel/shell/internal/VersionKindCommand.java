package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VersionView;
import io.doppel.shell.internal.complete.VersionIds;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;

/** A command that starts a job with one version, which is its only argument. */
public abstract class VersionKindCommand extends KindCommand {
    @Argument(name = "VERSION", description = "Its id or the beginning of it", multiValued = true)
    @Completion(VersionIds.class)
    List<String> arguments;

    @Reference
    VaultService vaults;

    @Override
    protected final List<String> words() {
        return arguments;
    }

    /** The version that the only word names. */
    protected final VersionView version(List<String> words) throws DoppelException {
        return vaults.version(one(words, "VERSION"));
    }

    /** As {@link #options()}, with the version. */
    protected final Map<String, String> options(VersionView version) throws DoppelException {
        Map<String, String> options = options();
        options.put("version", version.id());
        return options;
    }
}
