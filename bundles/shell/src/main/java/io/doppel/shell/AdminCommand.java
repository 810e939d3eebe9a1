package io.doppel.shell;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.ByteCount;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.time.Instant;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;

/**
 * A command of a part of the server that has its own, such as the offsite module: options anywhere, a table or JSON, failures as one
 * sentence with code and advice, as all commands of Doppel. One object serves one call.
 */
public abstract class AdminCommand extends DoppelCommand {
    @Argument(name = "ARGUMENTS", description = "What the command is about, see its description", multiValued = true)
    List<String> arguments;

    @Override
    protected final List<String> words() {
        return arguments;
    }

    /**
     * Prints rows under headings, or the value as JSON if that was asked for.
     *
     * @param value the same for JSON: records, maps and lists
     * @param ifEmpty a sentence for no rows
     * @param headings one for each column; a column whose heading ends with {@code #} has figures, without the mark
     * @param rows a text for each column
     */
    protected final void print(Object value, String ifEmpty, List<String> headings, List<List<String>> rows) {
        Table table = new Table(ifEmpty);
        for (String heading : headings) {
            if (heading.endsWith("#")) {
                table.figure(heading.substring(0, heading.length() - 1));
            } else {
                table.name(heading);
            }
        }
        rows.forEach(row -> table.row(row.toArray()));
        print(value, table);
    }

    /** Prints a sentence, or the value as JSON if that was asked for. */
    protected final void tell(Object value, String sentence) {
        print(value, sentence);
    }

    /** The words, which must be as many as names. */
    protected static List<String> exactly(List<String> words, String... names) throws DoppelException {
        if (words.size() != names.length) {
            throw usage(
                    names.length == 0
                            ? "'" + words.get(0) + "' is one word too many"
                            : "Give " + String.join(" and ", names));
        }
        return words;
    }

    /** A failure of the words. */
    protected static DoppelException wrong(String what) {
        return usage(what);
    }

    /** Goes on only after a yes, given before or now. */
    protected final void ask(boolean yes, String question) throws DoppelException {
        confirm(yes, question);
    }

    /** A number of bytes for people. */
    protected static String bytes(long bytes) {
        return ByteCount.text(bytes);
    }

    /** A time of the server's zone for people. */
    protected final String time(Instant at) {
        return Human.time(at, screen().zone());
    }
}
