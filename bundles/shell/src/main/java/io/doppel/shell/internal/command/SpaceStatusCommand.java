package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.space.SpaceService;
import io.doppel.api.space.SpaceView;
import io.doppel.shell.internal.PlainCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows how much room there is. */
@Service
@Command(
        scope = "doppel",
        name = "space-status",
        description =
                "Show the free space of the vaults' targets and of this server's disks, and below what jobs are refused")
public final class SpaceStatusCommand extends PlainCommand {
    @Reference
    SpaceService space;

    @Override
    protected void run() throws DoppelException {
        List<SpaceView> all = space.status();
        Table table = new Table("There is nothing to watch over.")
                .name("PLACE")
                .name("STATE")
                .figure("FREE")
                .figure("TOTAL")
                .minor()
                .figure("WARNS")
                .minor()
                .figure("REFUSES")
                .figure("A DAY")
                .minor()
                .figure("DAYS")
                .minor()
                .text("WHERE")
                .minor();
        for (SpaceView view : all) {
            table.row(
                    view.place(),
                    Human.word(view.state()),
                    Human.bytes(view.freeBytes()),
                    Human.bytes(view.totalBytes()),
                    limit(view.warnBelow()),
                    limit(view.refuseBelow()),
                    Human.bytes(view.growthPerDay()),
                    view.daysLeft() < 0 ? "-" : view.daysLeft(),
                    view.where());
        }
        print(all, table);
        for (SpaceView view : all) {
            if (!view.message().isEmpty()) {
                String since = view.since()
                        .map(at -> " (since " + Human.time(at, screen().zone()) + ")")
                        .orElse("");
                screen().err().println(view.place() + since + ": " + view.message());
            }
        }
    }

    private static String limit(long bytes) {
        return bytes == 0 ? "never" : Human.bytes(bytes);
    }
}
