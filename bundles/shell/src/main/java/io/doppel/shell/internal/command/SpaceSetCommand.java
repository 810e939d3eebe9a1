package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.space.SpaceService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.PlaceNames;
import io.doppel.shell.internal.output.Human;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Sets limits of free space. */
@Service
@Command(
        scope = "doppel",
        name = "space-set",
        description =
                "Set below which free space jobs warn and new backups are refused; what is not given stays as it is")
public final class SpaceSetCommand extends DoppelCommand {
    @Argument(name = "PLACE", description = "vault/NAME, catalogue or cache, see space-status", multiValued = true)
    @Completion(PlaceNames.class)
    List<String> arguments;

    @Option(name = "--warn-percent", description = "Warn below this share of the space; 0 for never")
    @Completion(OptionsOnly.class)
    String warnPercent;

    @Option(name = "--warn-most", description = "But not while so much is free: 64G")
    @Completion(OptionsOnly.class)
    String warnMost;

    @Option(name = "--refuse-percent", description = "Refuse new backups below this share of the space; 0 for never")
    @Completion(OptionsOnly.class)
    String refusePercent;

    @Option(name = "--refuse-most", description = "But not while so much is free: 8G")
    @Completion(OptionsOnly.class)
    String refuseMost;

    @Reference
    SpaceService space;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String place = one(words, "PLACE");
        Map<String, String> settings = new HashMap<>();
        put(settings, "warn-percent", warnPercent);
        put(settings, "warn-most", warnMost);
        put(settings, "refuse-percent", refusePercent);
        put(settings, "refuse-most", refuseMost);
        if (settings.isEmpty()) {
            throw usage("Give at least one of --warn-percent, --warn-most, --refuse-percent and --refuse-most");
        }
        Map<String, String> now = space.set(place, settings);
        print(now, "The limits of '" + place + "' are " + Human.pairs(now) + ".");
    }
}
