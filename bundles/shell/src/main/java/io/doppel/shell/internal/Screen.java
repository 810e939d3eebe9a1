package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import java.io.PrintStream;
import java.time.ZoneId;
import java.util.OptionalInt;

/** The person or script at the other end of a command. Used by the command's thread alone. */
public interface Screen {
    /** Standard output: results and nothing else. Sent when it is flushed. */
    PrintStream out();

    /** Standard error: reminders and failures, sent line by line, and after what was printed on standard output before. */
    PrintStream err();

    /** Columns of the terminal that standard output goes to; empty if it goes to a file or a pipe. */
    OptionalInt width();

    /** Whether lines that were printed can be drawn over. */
    boolean canRedraw();

    /** Lines of the terminal, for what is drawn in place. */
    int height();

    /** Zone in which times are shown. */
    ZoneId zone();

    /** Who is logged in. */
    String user();

    /** Whether this is a shell in which secrets can be typed unseen. */
    boolean canAskSecrets();

    /**
     * Asks a question that is answered with yes or no.
     *
     * @throws DoppelException {@link ShellError#NEEDS_YES} where nobody can be asked
     */
    boolean ask(String question) throws DoppelException;

    /**
     * Lets a person type a secret unseen; the caller clears the array.
     *
     * @throws DoppelException {@link ShellError#NO_SECRET_INPUT} where that cannot be
     */
    char[] secret(String prompt) throws DoppelException;

    /**
     * The next line of standard input, for secrets that scripts hand over; the caller clears the array.
     *
     * @throws DoppelException {@link ShellError#NO_SECRET_INPUT} if there is none
     */
    char[] inputLine() throws DoppelException;

    /** From now on Ctrl-C is told by what is returned, and ends nothing by itself, until that is closed. */
    Interrupts interrupts();

    /** Presses of Ctrl-C. */
    interface Interrupts extends AutoCloseable {
        /** Whether it was pressed since the last call. */
        boolean typed();

        @Override
        void close();
    }
}
