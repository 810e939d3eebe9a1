package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.MachineRetention;
import io.doppel.api.retention.RetentionPreview;
import io.doppel.api.retention.RetentionReason;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.complete.MachineNames;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Retention;
import io.doppel.shell.internal.output.Table;
import io.doppel.shell.internal.output.Text;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows what retention would do. */
@Service
@Command(
        scope = "doppel",
        name = "retention-preview",
        description = "Show for each version of a vault whether it would be kept or dropped now, and why")
public final class RetentionPreviewCommand extends VaultCommand {
    /** Columns of "dropped" and of the three gaps. */
    private static final int RESULT_AND_GAPS = 13;

    @Option(name = "--machine", description = "Only this machine, by name or id, alone or as host/machine")
    @Completion(MachineNames.class)
    String machine;

    @Reference
    RetentionService retention;

    @Override
    protected void run(String vault) throws DoppelException {
        RetentionPreview preview = retention.preview(vault, Optional.ofNullable(machine));
        if (json()) {
            printJson(preview);
        } else {
            preview.machines().forEach(this::print);
            int all = preview.machines().stream()
                    .mapToInt(m -> m.versions().size())
                    .sum();
            int dropped = preview.dropped().size();
            screen().out().println("Vault '" + preview.vault() + "': " + totals(all - dropped, dropped) + ".");
        }
        if (!preview.doubt().isEmpty()) {
            screen().err().println("Nothing is dropped while the clock is in doubt. " + preview.doubt());
        }
    }

    private void print(MachineRetention shown) {
        int kept = (int) shown.versions().stream().filter(VersionVerdict::kept).count();
        String policy = shown.policy()
                .map(found -> "the policy of " + shown.scope().orElseThrow() + " keeps " + Retention.words(found))
                .orElse("no policy");
        screen().out().println(shown.host() + "/" + shown.machineName() + ": " + policy);
        Table table = new Table("").name("VERSION").name("TAKEN").name("RESULT").text("WHY");
        List<String> ids = Human.shortIds(
                shown.versions().stream().map(verdict -> verdict.version().id()).toList());
        for (int i = 0; i < ids.size(); i++) {
            VersionVerdict verdict = shown.versions().get(i);
            String taken = Human.time(verdict.version().takenAt(), screen().zone());
            String result = verdict.kept() ? "kept" : "dropped";
            List<String> why = why(verdict, ids.get(i).length() + taken.length());
            table.row(ids.get(i), taken, result, why.get(0));
            why.stream().skip(1).forEach(line -> table.row("", "", "", line));
        }
        table.print(screen().out(), screen().width());
        screen().out().println(totals(kept, shown.versions().size() - kept) + "\n");
    }

    /** The reasons in lines that fit beside columns of that width, so that the table cuts none. */
    private List<String> why(VersionVerdict verdict, int idAndTime) {
        String reasons = verdict.reasons().stream().map(RetentionReason::text).collect(Collectors.joining("; "));
        int room = screen().width().orElse(Integer.MAX_VALUE) - idAndTime - RESULT_AND_GAPS;
        return Text.lines(reasons, room);
    }

    private static String totals(int kept, int dropped) {
        return Human.count(kept, "version") + " kept, " + dropped + " dropped";
    }
}
