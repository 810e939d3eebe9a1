package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.vault.StorageTestView;
import io.doppel.shell.internal.output.Json;
import io.doppel.shell.internal.output.StorageReport;
import java.util.function.Consumer;

/** Has a storage target tested, and shows what came of it. */
public final class StorageTester {
    private final Screen screen;
    private final boolean json;

    /** Shows it there. */
    public StorageTester(Screen screen, boolean json) {
        this.screen = screen;
        this.json = json;
    }

    /** A test. */
    @FunctionalInterface
    public interface Test {
        /**
         * Does it.
         *
         * @param begun takes words for what is tried next
         */
        StorageTestView run(Consumer<String> begun, CancelToken cancel) throws DoppelException;
    }

    /**
     * Tests and shows.
     *
     * @throws DoppelException {@link ShellError#UNFIT}; why it could not be tested
     */
    public void show(Test test) throws DoppelException {
        StorageTestView view = new Watched(screen, json)
                .call((steps, cancel) -> test.run(words -> steps.step("Trying " + words), cancel));
        StorageReport report = new StorageReport(view);
        if (json) {
            screen.out().println(Json.text(view));
        } else {
            report.print(screen.out(), screen.width());
        }
        if (view.verdict() == StorageTestView.Verdict.UNFIT) {
            throw new DoppelException(ShellError.UNFIT, report.verdict().replaceAll("\\.$", ""));
        }
    }
}
