package io.doppel.shell.internal.output;

import java.io.PrintStream;
import java.util.List;

/** Lines at the bottom of a terminal that are drawn over, each frame in one write so that nothing flickers. */
public final class LiveLines {
    private static final String CLEAR_LINE_REST = "\u001b[K";
    private static final String CLEAR_REST = "\u001b[J";

    private final PrintStream out;
    private int drawn;

    /** On this terminal. */
    public LiveLines(PrintStream out) {
        this.out = out;
    }

    /** Draws the lines over those of the call before. */
    public void draw(List<String> lines) {
        StringBuilder frame = new StringBuilder(start());
        for (String line : lines) {
            frame.append(line).append(CLEAR_LINE_REST).append('\n');
        }
        out.print(frame.append(CLEAR_REST));
        out.flush();
        drawn = lines.size();
    }

    /** Removes the lines, so that printing goes on where they began. */
    public void clear() {
        out.print(start() + CLEAR_REST);
        out.flush();
        drawn = 0;
    }

    private String start() {
        return drawn == 0 ? "\r" : "\r\u001b[" + drawn + "A";
    }
}
