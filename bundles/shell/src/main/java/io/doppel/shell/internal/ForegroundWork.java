package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.JobService;
import io.doppel.shell.internal.output.LiveLines;
import java.util.List;

/**
 * Work that a command does itself and not as a run: its steps are shown, in place on a terminal, each once elsewhere, not at all with JSON;
 * Ctrl-C ends it. Used by the command's thread alone.
 */
public final class ForegroundWork implements CancelToken, AutoCloseable {
    private final Screen screen;
    private final boolean quiet;
    private final LiveLines live;
    private final Screen.Interrupts keys;
    private String last = "";
    private boolean drawn;
    private boolean cancelled;

    /** @param quiet whether nothing is to be shown */
    public ForegroundWork(Screen screen, boolean quiet) {
        this.screen = screen;
        this.quiet = quiet;
        this.live = new LiveLines(screen.out());
        this.keys = screen.interrupts();
    }

    /**
     * Shows a step.
     *
     * @param done how much of it is done
     * @param total how much it is; 0 if that is not known
     */
    public void show(String step, long done, long total) {
        if (quiet) {
            return;
        }
        if (screen.canRedraw()) {
            live.draw(List.of(step + (total > 0 ? " (" + done + " of " + total + ")" : "") + " ..."));
            drawn = true;
        } else if (!step.equals(last)) {
            screen.out().println(step + " ...");
            screen.out().flush();
        }
        last = step;
    }

    @Override
    public boolean isCancelled() {
        cancelled |= keys.typed();
        return cancelled;
    }

    @Override
    public void check() throws DoppelException {
        if (isCancelled()) {
            throw new DoppelException(CommonError.CANCELLED, "Ctrl-C was pressed");
        }
    }

    /** Whoever works here asks; nothing is called. */
    @Override
    public JobService.Subscription onCancel(Runnable action) {
        return () -> {};
    }

    /** Leaves the screen as it was. */
    @Override
    public void close() {
        if (drawn) {
            live.clear();
        }
        keys.close();
    }
}
