package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.vault.VersionView;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Registry;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.impl.action.command.ActionCommand;
import org.apache.karaf.shell.support.parsing.CommandLineImpl;
import org.junit.jupiter.api.Test;

/** Through Karaf's own completer, which asks ours. */
class CompletionTest {
    private final Desk desk = Desk.terminal(80);

    /** What is offered at the end of the line, the part that was typed filtered as the shell does it. */
    private List<String> complete(String... line) throws Exception {
        Registry registry = proxy(Registry.class, (name, args) -> {
            Object completer = ((Class<?>) args[0]).getDeclaredConstructor().newInstance();
            desk.inject(completer);
            return completer;
        });
        Session session =
                proxy(Session.class, (name, args) -> name.equals("getRegistry") ? registry : "doppel:" + line[0]);
        Class<? extends DoppelCommand> type = desk.command(line[0]).getClass();
        Completer completer = new ActionCommand(null, type).getCompleter(false);
        String typed = line[line.length - 1];
        List<Candidate> candidates = new ArrayList<>();
        completer.completeCandidates(
                session,
                new CommandLineImpl(line, line.length - 1, typed.length(), 0, String.join(" ", line)),
                candidates);
        return List.copyOf(new TreeSet<>(candidates.stream()
                .map(Candidate::value)
                .filter(word -> word.startsWith(typed))
                .toList()));
    }

    private interface Answer {
        Object to(String method, Object[] args) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, args) -> answer.to(method.getName(), args)));
    }

    @Test
    void argumentsAreWhatExists() throws Exception {
        assertEquals(List.of("folder", "pool"), complete("host-add", ""));
        assertEquals(List.of("lab"), complete("host-remove", ""));
        assertEquals(List.of("lab/*", "lab/mail server", "lab/web"), complete("backup", "lab/"));
        assertEquals(List.of("lab/web"), complete("backup", "lab/*", "lab/w"));
        assertEquals(List.of("7c1e55d0a1b2c3d4"), complete("restore", "7"));
        assertEquals(List.of("6"), complete("job-log", ""));
        assertEquals(List.of("nightly"), complete("job-run", ""));
        assertEquals(List.of("restore-5"), complete("restore-confirm", ""));
        assertEquals(List.of("main"), complete("retention-preview", ""));
        assertEquals(List.of("05aa90b7ffee0123"), complete("version-unpin", ""));
        assertEquals(List.of("05aa90b7ffee0123"), complete("version-remove", "7c1e", "0"));
        assertEquals(List.of("main"), complete("key-list", ""));
        assertEquals(List.of("main"), complete("key-remove", "m"));
        assertEquals(5, complete("key-remove", "main", "4be").size());
        assertEquals(List.of("main"), complete("hold-list", ""));
        assertEquals(List.of("main"), complete("hold-remove", "m"));
        assertEquals(List.of("9b1d0c5500000000000000000000beef"), complete("hold-remove", "main", "9"));
        assertEquals(List.of("4be1a09c00000008"), complete("key-passwd", "main", "4be1a09c00000008"));
    }

    @Test
    void optionsAreOfferedBeforeAndBehindArguments() throws Exception {
        assertEquals(List.of("--name"), complete("host-add", "--n"));
        assertEquals(List.of("--name"), complete("host-add", "folder", "--n"));
        assertEquals(
                List.of("--dry-run"),
                complete("restore", "7c1e", "--name", "new", "--d").stream()
                        .filter(o -> o.startsWith("--dr"))
                        .toList());
        assertTrue(complete("backup", "lab/web", "-").contains("--help"));
    }

    @Test
    void valuesOfOptions() throws Exception {
        assertEquals(List.of("main"), complete("backup", "lab/web", "--vault", ""));
        assertEquals(List.of("lz4", "zstd"), complete("vault-add", "local", "--compression", ""));
        assertEquals(
                List.of("backup", "boot-test", "export", "purge", "replicate", "restore", "validate", "vault"),
                complete("job-define", "x", "--kind", ""));
        assertEquals(List.of("address=", "fingerprint=", "verify="), complete("host-add", "pool", "--set", ""));
        assertEquals(List.of("path="), complete("vault-set", "main", "--set", ""));
        assertEquals(List.of("verify=false", "verify=true"), complete("host-add", "pool", "--set", "verify="));
        assertEquals(List.of("full=", "vault="), complete("job-define", "x", "--kind", "backup", "--set", ""));
        assertEquals(List.of("offsite", "onsite"), complete("retention-set", "--role", ""));
        assertEquals(List.of("lab/web"), complete("retention-set", "--vault", "main", "--machine", "lab/w"));
        desk.vaults.versions.add(FakeVaults.version("0123", "gone", FakeInventory.NOON, VersionView.Health.VALID));
        assertEquals(
                List.of("lab/gone", "lab/mail server", "lab/web"),
                complete("retention-preview", "main", "--machine", ""));
        assertEquals(List.of("Europe/Berlin"), complete("retention-set", "--time-zone", "Europe/Berl"));
        assertEquals(List.of("full=", "vault="), complete("backup", "lab/web", "--set", ""));
        assertEquals(List.of("vault="), complete("vault-copy", "lab/web", "--set", ""));
    }

    @Test
    void everyWordHasACompleterAndADescription() throws Exception {
        assertEquals(Commands.ALL.size(), Examples.CALLS.size());
        for (Class<? extends DoppelCommand> type : Commands.ALL) {
            assertTrue(type.isAnnotationPresent(Service.class), type.getName());
            assertEquals("doppel", type.getAnnotation(Command.class).scope());
            assertNotNull(Examples.CALLS.get(type.getAnnotation(Command.class).name()), type.getName());
            for (Field field : type.getDeclaredFields()) {
                boolean word = field.isAnnotationPresent(Argument.class)
                        || field.isAnnotationPresent(Option.class) && field.getType() != boolean.class;
                assertEquals(word, field.isAnnotationPresent(Completion.class), type.getName() + "." + field.getName());
            }
        }
    }
}
