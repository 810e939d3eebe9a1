package io.doppel.catalog;

/**
 * How much of the history is handed out, so that it does not grow for ever; all else is handed out whole.
 *
 * @param runs newest runs
 * @param detailedRuns of these, newest ones with their tasks and log
 * @param lines newest lines of the log, in all of these together
 */
public record ExportBounds(int runs, int detailedRuns, int lines) {
    /** What recovery copies have. */
    public static final ExportBounds RECOVERY = new ExportBounds(2000, 300, 50_000);
}
