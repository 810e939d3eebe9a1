package io.doppel.shell.internal.output;

import io.doppel.api.vault.StorageTestView;
import io.doppel.api.vault.StorageTestView.Check;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;

/** What a test of a storage target found, for people. */
public final class StorageReport {
    private final StorageTestView view;

    /** Of that test. */
    public StorageReport(StorageTestView view) {
        this.view = view;
    }

    /** Prints facts, checks, figures, what to do, and the verdict. */
    public void print(PrintStream out, OptionalInt width) {
        if (!view.facts().isEmpty()) {
            Table facts = new Table("").name("FACT").text("VALUE");
            view.facts().forEach(facts::row);
            facts.print(out, width);
            out.println();
        }
        Table checks = new Table("").name("CHECK").name("RESULT").text("WHAT WAS FOUND");
        view.checks().forEach(c -> checks.row(c.name(), Human.word(c.state()), c.text()));
        checks.print(out, width);
        printFigures(out, width);
        for (Check check : view.checks()) {
            if (!check.code().isEmpty()) {
                out.println();
                out.println(check.name() + ": " + check.code() + ": " + check.text() + ". " + check.advice());
            }
        }
        out.println();
        out.println(verdict() + " Tested in " + Human.duration(view.took()) + ".");
    }

    private void printFigures(PrintStream out, OptionalInt width) {
        if (view.latencies().isEmpty()) {
            return;
        }
        Table figures = new Table("")
                .name("OPERATION")
                .figure("TIMES")
                .figure("MEDIAN")
                .figure("WORST")
                .figure("STREAMS")
                .figure("RATE");
        view.latencies()
                .forEach(l -> figures.row(l.operation(), l.samples(), millis(l.median()), millis(l.worst()), "", ""));
        view.throughputs()
                .forEach(t -> figures.row(
                        t.operation() + " " + Human.bytes(t.bytes()),
                        "",
                        "",
                        "",
                        t.streams(),
                        Human.bytes(t.bytesPerSecond()) + "/s"));
        out.println();
        figures.print(out, width);
    }

    /** One sentence. */
    public String verdict() {
        return switch (view.verdict()) {
            case FIT -> "A vault can be kept there.";
            case WARNINGS -> "A vault can be kept there, but look at the warnings.";
            case UNFIT -> "No vault can be kept there.";
        };
    }

    private static String millis(Duration time) {
        return String.format(Locale.ROOT, "%.2f ms", time.toNanos() / 1e6);
    }
}
