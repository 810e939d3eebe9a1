package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.internal.store.ClientStore;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Brings back what a client condemned. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-undo",
        description = "NAME: bring a client's store back to how it was, and lock it; or bring one object back")
public final class UndoCommand extends OffsiteCommand {
    @Option(name = "--before", description = "Back to before this event, see offsite-condemned")
    String before;

    @Option(name = "--to", description = "Back to this time, as 2026-11-20T18:00 in the server's zone or with a zone")
    String to;

    @Option(name = "--object", description = "Only the condemned object of this number, see offsite-condemned")
    String object;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Override
    protected void run(List<String> words) throws DoppelException {
        String name = exactly(words, "NAME").get(0);
        onlyOne("--before", before != null, "--to", to != null, "--object", object != null);
        ClientStore store = module().store(name);
        if (object != null) {
            store.bringBack(number(object));
            tell(Map.of("client", name, "object", number(object)), "Object " + object + " is back.");
            return;
        }
        if (before == null && to == null) {
            throw wrong("Give --before, --to or --object");
        }
        long event = before != null ? number(before) - 1 : store.eventBefore(when(to));
        ask(
                yes,
                "Bring the store of client '" + name + "' back to event " + event + " of "
                        + store.figures().event() + ", and lock it?");
        module().undo(name, event);
        tell(
                Map.of("client", name, "event", event, "locked", true),
                "The store of client '" + name + "' is as it was after event " + event
                        + ". It is locked: give the client a new key with offsite-client-renew, then offsite-client-lock --off.");
    }

    private static long number(String text) throws DoppelException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw wrong("'" + text + "' is no number");
        }
    }

    private static Instant when(String text) throws DoppelException {
        try {
            return text.endsWith("Z")
                    ? Instant.parse(text)
                    : LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeParseException e) {
            throw wrong("'" + text + "' is no time such as 2026-11-20T18:00 or 2026-11-20T17:00:00Z");
        }
    }
}
