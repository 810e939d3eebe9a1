package io.doppel.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CommandLineTest {
    @Test
    void oneArgumentIsALineAsTyped() {
        assertEquals("bundle:list | grep doppel", CommandLine.of(new String[] {"bundle:list | grep doppel"}));
    }

    @Test
    void severalArgumentsAreWords() {
        assertEquals(
                "doppel:restore --name 'a b' '$x' '' größe-1.0",
                CommandLine.of(new String[] {"doppel:restore", "--name", "a b", "$x", "", "größe-1.0"}));
    }

    @Test
    void quotesAndBackslashesStandOutsideTheQuotes() {
        assertEquals("echo 'it'\\''s' 'a'\\\\'b'", CommandLine.of(new String[] {"echo", "it's", "a\\b"}));
    }
}
