package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.VaultRole;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Json;
import io.doppel.shell.internal.output.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.ShellUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all commands share: options anywhere, JSON or text, and failures as one sentence with code and advice. One object
 * serves one call.
 */
public abstract class DoppelCommand implements Action {
    /** What words of several commands mean. */
    protected static final String SET =
            "A setting as name=value, without blanks around the equals sign; may be repeated";

    /** As {@link #SET}. */
    protected static final String SET_SECRET =
            "A secret setting: name=- takes a line of standard input (the interactive shell asks), name=@FILE the first line of a file on the server; may be repeated";

    /** As {@link #SET}. */
    protected static final String FINGERPRINT =
            "SHA-256 fingerprint of a TLS certificate that you confirm, where nobody can be asked; may be repeated";

    /** As {@link #SET}. */
    protected static final String HOST_OPTION =
            "An option of the host's type as key=value, see host-options; may be repeated";

    /** As {@link #SET}. */
    protected static final String MACHINES =
            "Machines as host/machine, host/tag:NAME, host/member:NAME, tag:NAME, member:NAME or *; * stands for any"
                    + " characters; ! before it leaves out what fits";

    /** As {@link #SET}. */
    protected static final String RUN = "Number of the run, see job-list";

    /** As {@link #SET}. */
    protected static final String DISKS = "Only these disks: their keys, separated by commas";

    private static final Logger LOG = LoggerFactory.getLogger(DoppelCommand.class);

    @Option(name = "--json", description = "Print the result as one JSON document")
    boolean json;

    @Reference
    Session session;

    private Screen screen;

    /** The words after the command as Karaf gave them; null or empty if there are none. */
    protected abstract List<String> words();

    /**
     * Does the work.
     *
     * @param arguments the words without the options
     */
    protected abstract void run(List<String> arguments) throws DoppelException;

    @Override
    public final Object execute() throws Exception {
        return execute(new KarafScreen(session), session.getTerminal() == null);
    }

    /**
     * Runs on a screen.
     *
     * @param single whether this is one command over SSH, whose standard output is the caller's
     */
    final Object execute(Screen onto, boolean single) throws CommandException {
        screen = onto;
        String failure;
        try {
            run(Words.takeOptions(this, values(words())));
            return null;
        } catch (DoppelException e) {
            if (e.is(CommonError.INTERNAL)) {
                LOG.error("A command failed by our own fault", e);
            }
            failure = e.getMessage();
        } finally {
            onto.out().flush();
        }
        if (single) {
            onto.err().println(failure);
            onto.err().flush();
            failure = null;
        }
        throw new CommandException(failure);
    }

    /** The other end. */
    protected final Screen screen() {
        return screen;
    }

    /** Whether JSON was asked for. */
    protected final boolean json() {
        return json;
    }

    /** Prints the table, or the value as JSON if that was asked for. */
    protected final void print(Object value, Table table) {
        if (json) {
            printJson(value);
        } else {
            table.print(screen.out(), screen.width());
        }
    }

    /** Prints the sentence, or the value as JSON if that was asked for. */
    protected final void print(Object value, String sentence) {
        if (json) {
            printJson(value);
        } else {
            screen.out().println(sentence);
        }
    }

    /** Prints the value as JSON. */
    protected final void printJson(Object value) {
        screen.out().println(Json.text(value));
    }

    /** The values of an option that may be repeated; Karaf leaves its field at null if it is not given. */
    protected static List<String> values(List<String> option) {
        return option == null ? List.of() : option;
    }

    /** The only argument. */
    protected static String one(List<String> arguments, String name) throws DoppelException {
        if (arguments.size() != 1) {
            throw usage(arguments.isEmpty() ? "The argument " + name + " is missing" : "Give exactly one " + name);
        }
        return arguments.get(0);
    }

    /** The number of a run, which is the only argument. */
    protected static long runNumber(List<String> arguments) throws DoppelException {
        String text = one(arguments, "RUN");
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw usage("'" + text + "' is not the number of a run; doppel:job-list shows them");
        }
    }

    /** Logs who asks for something that concerns the keys of a vault, or holds in it; what came of it is logged by the vault. */
    protected final void logWho(String vault) {
        String user = ShellUtil.getCurrentUserName();
        LOG.info(
                "User '{}' asked for {} of vault '{}'",
                user == null ? "unknown" : user,
                getClass().getAnnotation(Command.class).name(),
                vault);
    }

    /** The role of that name. */
    protected static VaultRole role(String name) throws DoppelException {
        return Stream.of(VaultRole.values())
                .filter(role -> Human.word(role).equals(name))
                .findFirst()
                .orElseThrow(() -> usage("'" + name + "' is no role; there are: onsite, offsite"));
    }

    /** The value of an option that must be given. */
    protected static String needed(String value, String option) throws DoppelException {
        if (value == null || value.isBlank()) {
            throw usage("The option " + option + " is missing");
        }
        return value;
    }

    /** Adds an option of a job, if there is one. */
    protected static void put(Map<String, String> options, String name, String value) {
        if (value != null) {
            options.put(name, value);
        }
    }

    /** Refuses more than one of several options; names and whether they are given, in turn. */
    protected static void onlyOne(Object... namesAndGiven) throws DoppelException {
        List<String> given = new ArrayList<>();
        for (int i = 0; i < namesAndGiven.length; i += 2) {
            if ((boolean) namesAndGiven[i + 1]) {
                given.add((String) namesAndGiven[i]);
            }
        }
        if (given.size() > 1) {
            throw usage("Not together: " + String.join(" and ", given));
        }
    }

    /** Words that make no sense. */
    protected static DoppelException usage(String what) {
        return Words.usage(what);
    }

    /** Goes on only after a yes, given before or now. */
    protected final void confirm(boolean yes, String question) throws DoppelException {
        if (yes) {
            return;
        }
        if (json) {
            throw new DoppelException(ShellError.NEEDS_YES, "With --json nobody is asked '" + question + "'");
        }
        if (!screen.ask(question)) {
            throw new DoppelException(ShellError.DECLINED, "The answer was not yes");
        }
    }
}
