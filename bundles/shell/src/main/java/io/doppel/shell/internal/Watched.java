package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.shell.internal.output.LiveLines;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for something that takes a while and is no run: shows what is done just now, in place on a terminal and line by line elsewhere. Ctrl-C
 * and the end of the shell stop it.
 */
public final class Watched {
    private static final long LOOK_MILLIS = 100;

    private final Screen screen;
    private final boolean quiet;
    private final Queue<Step> steps = new ConcurrentLinkedQueue<>();
    private final Stop stop = new Stop();
    private final LiveLines live;
    private String last = "";
    private String line = "";

    /** @param quiet whether nothing is shown meanwhile, as for JSON */
    public Watched(Screen screen, boolean quiet) {
        this.screen = screen;
        this.quiet = quiet;
        this.live = new LiveLines(screen.out());
    }

    private record Step(String words, long done, long total) {}

    /** Is told what is done. */
    @FunctionalInterface
    public interface Steps {
        /**
         * Something is being done.
         *
         * @param words what, at the beginning of a sentence
         * @param done how much of it is done
         * @param total how much it is; 0 if that is not known
         */
        void step(String words, long done, long total);

        /** Something is begun that is not measured. */
        default void step(String words) {
            step(words, 0, 0);
        }
    }

    /** What is waited for. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it. */
        T run(Steps steps, CancelToken cancel) throws DoppelException;
    }

    /** Does the work on a thread of its own, and gives what it gives. */
    public <T> T call(Work<T> work) throws DoppelException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> complete(result, work), "doppel-command");
        thread.setDaemon(true);
        try (Screen.Interrupts keys = screen.interrupts()) {
            thread.start();
            T value = await(result, keys);
            show();
            return value;
        } finally {
            if (draws() && !line.isEmpty()) {
                live.clear();
            }
        }
    }

    private <T> void complete(CompletableFuture<T> result, Work<T> work) {
        try {
            result.complete(work.run((words, done, total) -> steps.add(new Step(words, done, total)), stop));
        } catch (DoppelException | RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    private <T> T await(CompletableFuture<T> result, Screen.Interrupts keys) throws DoppelException {
        while (true) {
            try {
                return result.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                show();
                if (keys.typed()) {
                    stop.tell();
                }
            } catch (InterruptedException e) {
                // the interactive shell was closed
                stop.tell();
                Thread.currentThread().interrupt();
                throw new DoppelException(CommonError.CANCELLED, "The shell was closed", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof DoppelException coded) {
                    throw coded;
                }
                throw new DoppelException(CommonError.INTERNAL, "It failed: " + e.getCause(), e.getCause());
            }
        }
    }

    private boolean draws() {
        return !quiet && screen.canRedraw();
    }

    private void show() {
        for (Step step = steps.poll(); step != null; step = steps.poll()) {
            String measured = step.total() > 0 ? " (" + step.done() + " of " + step.total() + ")" : "";
            line = step.words() + measured + " ...";
            if (!quiet && !draws() && !step.words().equals(last)) {
                screen.out().println(step.words() + " ...");
                screen.out().flush();
            }
            last = step.words();
        }
        if (draws() && !line.isEmpty()) {
            live.draw(List.of(line));
        }
    }
}
