package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.VersionIds;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Pins a version. */
@Service
@Command(scope = "doppel", name = "version-pin", description = "Keep a version until it is unpinned")
public final class VersionPinCommand extends DoppelCommand {
    @Argument(name = "VERSION", description = "Its id or the beginning of it", multiValued = true)
    @Completion(VersionIds.class)
    List<String> arguments;

    @Option(name = "--reason", description = "Why, for those who wonder later")
    @Completion(OptionsOnly.class)
    String reason;

    @Reference
    RetentionService retention;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String version = one(words, "VERSION");
        Pin pin = retention.pin(version, needed(reason, "--reason"), screen().user());
        print(pin, "Version " + pin.versionId() + " is pinned.");
    }
}
