package io.doppel.shell.internal.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Rows under headings, fitted to the terminal: texts are cut with an ellipsis, figures and names to be typed never are;
 * when even that does not fit, the columns that were declared {@linkplain #minor minor} are left out, last first.
 */
public final class Table {
    private static final int GAP = 2;
    private static final int LEAST_TEXT = 6;

    private record Column(String heading, boolean right, boolean canShrink, boolean minor) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    private final String ifEmpty;

    /** A table that prints the sentence if it has no rows. */
    public Table(String ifEmpty) {
        this.ifEmpty = ifEmpty;
    }

    /** Adds a column of names that people type again, which are shown whole. */
    public Table name(String heading) {
        columns.add(new Column(heading, false, false, false));
        return this;
    }

    /** Adds a column of texts. */
    public Table text(String heading) {
        columns.add(new Column(heading, false, true, false));
        return this;
    }

    /** Adds a column of figures, aligned right. */
    public Table figure(String heading) {
        columns.add(new Column(heading, true, false, false));
        return this;
    }

    /** Makes the column added last one that may be left out. */
    public Table minor() {
        Column last = columns.remove(columns.size() - 1);
        columns.add(new Column(last.heading, last.right, last.canShrink, true));
        return this;
    }

    /** Adds a row with a value for each column. */
    public Table row(Object... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
        }
        List<String> row = new ArrayList<>();
        for (Object value : values) {
            row.add(Text.oneLine(String.valueOf(value)));
        }
        rows.add(row);
        return this;
    }

    /** Prints it, fitted if a width is given. */
    public void print(PrintStream out, OptionalInt width) {
        if (rows.isEmpty()) {
            out.println(ifEmpty);
            return;
        }
        int[] widths = naturalWidths();
        if (width.isPresent()) {
            fit(widths, width.getAsInt());
        }
        out.println(line(widths, columns.stream().map(Column::heading).toList()));
        rows.forEach(row -> out.println(line(widths, row)));
    }

    private int[] naturalWidths() {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Text.width(columns.get(i).heading);
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], Text.width(row.get(i)));
            }
        }
        return widths;
    }

    /** Narrows the widths; a column of width 0 is left out. */
    private void fit(int[] widths, int width) {
        while (total(widths) > width) {
            int widest = widest(widths, LEAST_TEXT, true);
            int out = widest < 0 ? lastMinor(widths) : -1;
            if (widest >= 0) {
                widths[widest]--;
            } else if (out >= 0) {
                widths[out] = 0;
                restoreTexts(widths);
            } else {
                break;
            }
        }
        // Nothing is left that may be spared: a line that wraps is worse than a name cut short.
        for (int c = widest(widths, 1, false); total(widths) > width && c >= 0; c = widest(widths, 1, false)) {
            widths[c]--;
        }
    }

    /** After a column went, the texts get their room back and are narrowed anew. */
    private void restoreTexts(int[] widths) {
        int[] natural = naturalWidths();
        for (int i = 0; i < widths.length; i++) {
            if (widths[i] > 0) {
                widths[i] = natural[i];
            }
        }
    }

    private int widest(int[] widths, int least, boolean onlyTexts) {
        int found = -1;
        for (int i = 0; i < widths.length; i++) {
            boolean can = widths[i] > least && (columns.get(i).canShrink || !onlyTexts);
            if (can && (found < 0 || widths[i] > widths[found])) {
                found = i;
            }
        }
        return found;
    }

    private int lastMinor(int[] widths) {
        for (int i = widths.length - 1; i >= 0; i--) {
            if (columns.get(i).minor && widths[i] > 0) {
                return i;
            }
        }
        return -1;
    }

    private static int total(int[] widths) {
        int sum = -GAP;
        for (int w : widths) {
            sum += w > 0 ? w + GAP : 0;
        }
        return sum;
    }

    private String line(int[] widths, List<String> values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            if (widths[i] > 0) {
                line.append(line.isEmpty() ? "" : " ".repeat(GAP));
                line.append(Text.fit(values.get(i), widths[i], columns.get(i).right));
            }
        }
        return line.toString().stripTrailing();
    }
}
