package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.junit.jupiter.api.Test;

/**
 * docs/shell.md is the introduction in this module's test resources, then a section for each command made from the
 * command itself and from what its example prints. After a change: {@code mvn -pl bundles/shell test -Dtest=ManualTest
 * -Ddoppel.manual=write}.
 */
class ManualTest {
    private static final Path MANUAL = Path.of("../../docs/shell.md");

    @Test
    void manualIsTrue() throws Exception {
        String manual = manual();
        if ("write".equals(System.getProperty("doppel.manual"))) {
            Files.writeString(MANUAL, manual);
        }
        assertEquals(manual, Files.readString(MANUAL), "write it anew as the comment of this class says");
    }

    private static String manual() throws Exception {
        StringBuilder text = new StringBuilder(introduction());
        for (Class<? extends DoppelCommand> type : Commands.ALL) {
            section(text, type);
        }
        text.append("\n## Errors of the shell itself\n\n| code | meaning | what to do |\n|---|---|---|\n");
        for (ShellError error : ShellError.values()) {
            text.append("| `" + error.id() + "` | " + error.meaning() + " | " + error.advice() + " |\n");
        }
        return text.toString();
    }

    private static String introduction() throws IOException {
        try (InputStream in = ManualTest.class.getResourceAsStream("/shell-introduction.md")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void section(StringBuilder text, Class<? extends DoppelCommand> type) throws Exception {
        Command command = type.getAnnotation(Command.class);
        Argument argument = arguments(type).getAnnotation(Argument.class);
        text.append("\n### " + command.name() + "\n\n" + command.description() + ".\n\n");
        String syntax = "doppel:" + command.name() + " " + argument.name();
        text.append("    " + syntax.stripTrailing() + " [OPTIONS]\n\n");
        text.append("| word | meaning |\n|---|---|\n");
        if (!argument.name().isEmpty()) {
            text.append("| `" + argument.name().replace("|", "\\|") + "` | " + argument.description() + " |\n");
        }
        Set<Field> options = new LinkedHashSet<>(Words.options(type).values());
        for (Field field : options) {
            Option option = field.getAnnotation(Option.class);
            String value = field.getType() == boolean.class ? "" : " " + value(option.name());
            text.append("| `" + option.name() + value + "` | " + option.description() + " |\n");
        }
        example(text, command.name());
    }

    private static Field arguments(Class<?> command) throws NoSuchFieldException {
        for (Class<?> type = command; type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.isAnnotationPresent(Argument.class)) {
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(command.getName());
    }

    private static String value(String option) {
        return switch (option) {
            case "--set" -> "NAME=VALUE";
            case "--option" -> "KEY=VALUE";
            case "--set-secret" -> "NAME=SOURCE";
            case "--most",
                    "--warn-percent",
                    "--refuse-percent",
                    "--concurrency",
                    "--keep-last",
                    "--keep-daily",
                    "--keep-weekly",
                    "--keep-monthly",
                    "--keep-yearly" -> "NUMBER";
            case "--warn-most", "--refuse-most" -> "SIZE";
            case "--minimum-age", "--wait" -> "DURATION";
            case "--to" -> "TARGET";
            case "--format" -> "vhd\\|raw\\|xva";
            case "--reason" -> "TEXT";
            case "--fingerprint" -> "SHA-256";
            case "--passphrase-file" -> "FILE";
            default -> option.substring(2).toUpperCase(Locale.ROOT);
        };
    }

    private static void example(StringBuilder text, String name) throws Exception {
        Desk desk = Desk.script();
        desk.screen = FakeScreen.terminal(100);
        desk.screen.redraws = false;
        desk.screen.secrets.addAll(List.of("typed unseen", "typed unseen"));
        desk.ticker.stepNanos = 10_000_000_000L;
        String call = Examples.CALLS.get(name);
        assertEquals(0, desk.run(call.split(" ")), call + desk.screen.errText());
        text.append("\n```\ndoppel> doppel:" + call + "\n" + desk.screen.outText() + desk.screen.errText() + "```\n");
    }
}
