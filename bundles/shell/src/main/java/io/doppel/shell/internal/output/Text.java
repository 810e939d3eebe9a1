package io.doppel.shell.internal.output;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.WCWidth;

/** Text in columns of a terminal, where a character can take none, one or two. */
public final class Text {
    private static final String ELLIPSIS = "…";

    private Text() {}

    /** Columns that the text takes. */
    public static int width(String text) {
        return text.codePoints().map(Text::width).sum();
    }

    private static int width(int codePoint) {
        return Math.max(0, WCWidth.wcwidth(codePoint));
    }

    /** The text without line breaks and control characters, which would tear a line apart. */
    public static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return line.toString();
    }

    /** The text, cut with an ellipsis if it takes more than {@code columns}. */
    public static String cut(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        if (columns <= 0) {
            return "";
        }
        StringBuilder cut = new StringBuilder();
        int used = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (used + width(c) > columns - 1) {
                break;
            }
            cut.appendCodePoint(c);
            used += width(c);
            i += Character.charCount(c);
        }
        return cut.append(ELLIPSIS).toString();
    }

    /** As {@link #cut}, taking away from the middle, where what tells two names apart seldom is. */
    public static String cutMiddle(String text, int columns) {
        if (width(text) <= columns || columns < 3) {
            return cut(text, columns);
        }
        int tail = (columns - 1) / 2;
        int from = text.length();
        for (int used = 0; from > 0; ) {
            int c = text.codePointBefore(from);
            used += width(c);
            if (used > tail) {
                break;
            }
            from -= Character.charCount(c);
        }
        String end = text.substring(from);
        return cut(text, columns - width(end)) + end;
    }

    /** The words of the text in lines of at most so many columns; a word that is longer has a line of its own. */
    public static List<String> lines(String text, int columns) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && width(line) + 1 + width(word) > columns) {
                lines.add(line);
                line = "";
            }
            line += (line.isEmpty() ? "" : " ") + word;
        }
        lines.add(line);
        return lines;
    }

    /** The text cut or filled up to exactly {@code columns}, filled on the left if {@code right}-aligned. */
    public static String fit(String text, int columns, boolean right) {
        String cut = cut(text, columns);
        String fill = " ".repeat(columns - width(cut));
        return right ? fill + cut : cut + fill;
    }
}
