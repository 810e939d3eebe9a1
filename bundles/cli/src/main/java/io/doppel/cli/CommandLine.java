package io.doppel.cli;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Turns the arguments of {@code bin/doppel} into one line of the server's shell. */
final class CommandLine {
    private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_./:@%+=,-]+");
    private static final Pattern SPECIAL_IN_QUOTES = Pattern.compile("['\\\\]");

    private CommandLine() {}

    /** One argument is a line as a person would type it; several are words, each kept whole. */
    static String of(String[] arguments) {
        return arguments.length == 1
                ? arguments[0]
                : Arrays.stream(arguments).map(CommandLine::word).collect(Collectors.joining(" "));
    }

    /** In the server's shell nothing but quotes and backslashes is special between single quotes; those stand outside. */
    private static String word(String argument) {
        return PLAIN.matcher(argument).matches()
                ? argument
                : "'" + SPECIAL_IN_QUOTES.matcher(argument).replaceAll("'\\\\$0'") + "'";
    }
}
