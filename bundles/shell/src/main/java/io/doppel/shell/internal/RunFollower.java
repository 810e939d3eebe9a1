package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobService;
import io.doppel.api.job.JobState;
import io.doppel.shell.internal.output.LiveLines;
import io.doppel.shell.internal.output.ProgressLines;
import io.doppel.shell.internal.output.RunReport;
import java.util.concurrent.Semaphore;

/**
 * Shows a run's progress until it ends: drawn in place on a terminal, a line now and then elsewhere, nothing when JSON
 * is wanted. Ctrl-C asks the run to stop, if this command may do that.
 */
final class RunFollower {
    private static final long DRAW_MILLIS = 200;
    private static final long PLAIN_NANOS = 10_000_000_000L;

    private final JobService jobs;
    private final Screen screen;
    private final Ticker ticker;
    private final boolean quiet;
    private final boolean cancels;

    private final ProgressLines progress = new ProgressLines();
    private LiveLines live;
    private Screen.Interrupts keys;
    private boolean cancelled;
    private long nextPlain;

    RunFollower(JobService jobs, Screen screen, Ticker ticker, boolean quiet, boolean cancels) {
        this.jobs = jobs;
        this.screen = screen;
        this.ticker = ticker;
        this.quiet = quiet;
        this.cancels = cancels;
    }

    RunReport follow(long id) throws DoppelException {
        Semaphore ended = new Semaphore(0);
        live = new LiveLines(screen.out());
        nextPlain = ticker.nanos() + PLAIN_NANOS;
        try (Screen.Interrupts interrupts = screen.interrupts();
                JobService.Subscription subscription = jobs.subscribe(event -> {
                    if (event.run().id() == id && event.run().state().isFinal()) {
                        ended.release();
                    }
                })) {
            keys = interrupts;
            JobRun run = jobs.run(id);
            while (!run.state().isFinal()) {
                show(run);
                pause(ended, id);
                run = jobs.run(id);
            }
            if (draws()) {
                live.clear();
            }
            return new RunReport(run, jobs.tasks(id), jobs.log(id));
        }
    }

    /** What a run that did not end well makes of its command. */
    static void check(JobRun run) throws DoppelException {
        if (run.state() == JobState.SUCCEEDED || run.state() == JobState.WARNING) {
            return;
        }
        boolean stopped = run.state() == JobState.CANCELLED;
        String what = "Run " + run.id() + " "
                + (stopped ? "was cancelled" : run.state() == JobState.INTERRUPTED ? "was interrupted" : "failed");
        throw new DoppelException(
                stopped ? ShellError.RUN_CANCELLED : ShellError.RUN_FAILED,
                run.errorCode().isEmpty() || stopped ? what : what + " with " + run.errorCode());
    }

    private boolean draws() {
        return !quiet && screen.canRedraw();
    }

    private void show(JobRun run) throws DoppelException {
        long now = ticker.nanos();
        if (draws()) {
            // One column less, or a full line would wrap on some terminals.
            int width = screen.width().orElseThrow() - 1;
            live.draw(progress.frame(run, jobs.tasks(run.id()), width, Math.max(1, screen.height() - 2), now));
        } else if (!quiet && now >= nextPlain) {
            screen.out().println(progress.sentence(run, now));
            screen.out().flush();
            nextPlain = now + PLAIN_NANOS;
        }
    }

    private void pause(Semaphore ended, long id) throws DoppelException {
        try {
            ticker.await(ended, DRAW_MILLIS);
        } catch (InterruptedException e) {
            // The interactive shell was closed.
            if (cancels) {
                jobs.cancel(id);
            }
            throw left(id);
        }
        if (keys.typed()) {
            controlCTyped(id);
        }
    }

    /** The first one asks the run to stop, the second one does not wait for its end. */
    private void controlCTyped(long id) throws DoppelException {
        if (draws()) {
            live.clear();
        }
        if (cancelled || !cancels) {
            throw left(id);
        }
        cancelled = true;
        screen.err().println("Stopping run " + id + " ...");
        screen.err().flush();
        jobs.cancel(id);
    }

    private DoppelException left(long id) {
        return new DoppelException(
                CommonError.CANCELLED,
                cancels
                        ? "Run " + id + " was asked to stop and has not ended yet"
                        : "Run " + id + " goes on unwatched");
    }
}
