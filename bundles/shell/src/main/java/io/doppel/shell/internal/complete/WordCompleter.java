package io.doppel.shell.internal.complete;

import io.doppel.shell.internal.Commands;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;

/**
 * Offers words for an argument or the value of an option, and the command's options wherever a word begins with a dash.
 * The shell leaves out what does not match what was typed.
 */
abstract class WordCompleter implements Completer {
    /** Words that can stand here. */
    abstract Collection<String> words(List<String> line, String typed);

    @Override
    public final int complete(Session session, CommandLine line, List<String> candidates) {
        candidates.addAll(offers(line));
        return candidates.isEmpty() ? -1 : line.getBufferPosition() - line.getArgumentPosition();
    }

    @Override
    public final void completeCandidates(Session session, CommandLine line, List<Candidate> candidates) {
        // A word such as name= is not at its end: no space comes after it.
        offers(line).forEach(word -> candidates.add(new Candidate(word, !word.endsWith("="))));
    }

    private Collection<String> offers(CommandLine line) {
        String typed = line.getCursorArgument() == null ? "" : line.getCursorArgument();
        if (line.getCursorArgumentIndex() == 0) {
            // Karaf asks whether this word, alone, could have stood here; nothing is offered for it.
            return List.of(typed);
        }
        List<String> words = Arrays.asList(line.getArguments());
        if (typed.startsWith("-")) {
            return Commands.options(words.get(0));
        }
        return words(words, typed);
    }
}
