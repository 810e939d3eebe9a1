package io.doppel.shell.internal.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    private static Table sample() {
        return new Table("Nothing.")
                .name("NAME")
                .figure("SIZE")
                .text("MESSAGE")
                .text("TAGS")
                .minor()
                .row("web", "40.0 GiB", "The host cannot be reached at its address", "production, linux")
                .row("日本語サーバー", "1 B", "", "x");
    }

    private static String print(Table table, OptionalInt width) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        table.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), width);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void withoutTerminalNothingIsCut() {
        assertEquals("""
                NAME                SIZE  MESSAGE                                    TAGS
                web             40.0 GiB  The host cannot be reached at its address  production, linux
                日本語サーバー       1 B                                             x
                """, print(sample(), OptionalInt.empty()));
    }

    @Test
    void textsAreCutFirst() {
        assertEquals("""
                NAME                SIZE  MESSAGE     TAGS
                web             40.0 GiB  The host …  productio…
                日本語サーバー       1 B              x
                """, print(sample(), OptionalInt.of(48)));
    }

    @Test
    void thenMinorColumnsGo() {
        assertEquals("""
                NAME                SIZE  MESSAGE
                web             40.0 GiB  The ho…
                日本語サーバー       1 B
                """, print(sample(), OptionalInt.of(33)));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 20, 33, 40, 80, 200})
    void noLineIsWiderThanTheTerminal(int width) {
        for (String line : print(sample(), OptionalInt.of(width)).split("\n")) {
            assertTrue(Text.width(line) <= width, line);
        }
    }

    @Test
    void emptySaysSo() {
        assertEquals("Nothing.\n", print(new Table("Nothing.").name("A"), OptionalInt.of(80)));
    }

    @Test
    void lineBreaksAndEscapesCannotTearALine() {
        String printed = print(new Table("").name("A").row("one\ntwo\u001b[2J"), OptionalInt.empty());
        assertEquals("A\none two [2J\n", printed);
        assertFalse(printed.contains("\u001b"));
    }

    @Test
    void cutCountsColumnsNotCharacters() {
        assertEquals("日本…", Text.cut("日本語", 5));
        assertEquals(5, Text.width(Text.cut("日本語サーバー", 6)));
        assertEquals("e\u0301t…", Text.cut("e\u0301te\u0301s", 3));
        assertEquals("", Text.cut("abc", 0));
        assertEquals("lab/we… disk1", Text.cutMiddle("lab/web server disk1", 13));
        assertEquals("サー…ー", Text.cutMiddle("サーバーサーバー", 8));
        for (int width = 0; width < 20; width++) {
            assertTrue(Text.width(Text.cutMiddle("日本語 web サーバー", width)) <= width);
        }
    }
}
