package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.PinnedIds;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Unpins a version. */
@Service
@Command(
        scope = "doppel",
        name = "version-unpin",
        description = "End the pin of a version; from then on its policy decides")
public final class VersionUnpinCommand extends DoppelCommand {
    @Argument(name = "VERSION", description = "Its id or the beginning of it", multiValued = true)
    @Completion(PinnedIds.class)
    List<String> arguments;

    @Reference
    RetentionService retention;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String version = one(words, "VERSION");
        retention.unpin(version);
        print(Map.of("unpinned", version), "Version " + version + " is no longer pinned.");
    }
}
