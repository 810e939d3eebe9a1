package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionPreview;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.RetentionSetting;
import io.doppel.shell.internal.ScopeCommand;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.ZoneNames;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Retention;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Sets a policy. */
@Service
@Command(
        scope = "doppel",
        name = "retention-set",
        description = "Set which versions are kept; what is not given stays as it is in that policy")
public final class RetentionSetCommand extends ScopeCommand {
    @Option(name = "--keep-last", description = "Keep the last so many versions")
    @Completion(OptionsOnly.class)
    String keepLast;

    @Option(name = "--keep-daily", description = "Keep one version of each of the newest so many days that have any")
    @Completion(OptionsOnly.class)
    String keepDaily;

    @Option(name = "--keep-weekly", description = "The same for ISO weeks")
    @Completion(OptionsOnly.class)
    String keepWeekly;

    @Option(name = "--keep-monthly", description = "The same for months")
    @Completion(OptionsOnly.class)
    String keepMonthly;

    @Option(name = "--keep-yearly", description = "The same for years")
    @Completion(OptionsOnly.class)
    String keepYearly;

    @Option(name = "--minimum-age", description = "Drop nothing younger, whatever the counts: 14d, 36h")
    @Completion(OptionsOnly.class)
    String minimumAge;

    @Option(name = "--time-zone", description = "Where days begin; at first the server's zone")
    @Completion(ZoneNames.class)
    String timeZone;

    @Override
    protected void run() throws DoppelException {
        RetentionScope scope = scope();
        Map<String, String> settings = new HashMap<>();
        put(settings, "keep-last", keepLast);
        put(settings, "keep-daily", keepDaily);
        put(settings, "keep-weekly", keepWeekly);
        put(settings, "keep-monthly", keepMonthly);
        put(settings, "keep-yearly", keepYearly);
        put(settings, "minimum-age", minimumAge);
        put(settings, "time-zone", timeZone);
        if (settings.isEmpty()) {
            throw usage("Give at least one of --keep-last, --keep-daily, ..., --minimum-age and --time-zone");
        }
        RetentionPolicy policy = retention.setPolicy(scope, settings);
        print(
                new RetentionSetting(scope, policy),
                "The policy of " + scope + " keeps " + Retention.words(policy) + "." + consequence(scope));
    }

    private String consequence(RetentionScope scope) throws DoppelException {
        if (scope.vault().isEmpty()) {
            return "";
        }
        RetentionPreview preview = retention.preview(scope.vault().get(), Optional.empty());
        return "\nOf that vault, " + Human.count(preview.dropped().size(), "version")
                + " would be dropped now; see doppel:retention-preview " + preview.vault();
    }
}
