package io.doppel.catalog;

/**
 * How much of the history is handed out, so that it does not grow for ever; all else is handed out whole.
 *
 * @param runs newest runs, with their tasks
 * @param loggedRuns of these, newest ones with their log
 * @param lines newest lines of the log, in all of these together
 */
public record ExportBounds(int runs, int loggedRuns, int lines) {
    /** What recovery copies have. */
    public static final ExportBounds RECOVERY = new ExportBounds(2000, 500, 50_000);
}
