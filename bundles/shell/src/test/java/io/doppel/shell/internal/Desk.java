package io.doppel.shell.internal;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Registry;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.impl.action.command.DefaultActionPreparator;
import org.apache.karaf.shell.impl.action.command.ManagerImpl;

/** Runs commands as Karaf does, on services and a screen in memory. */
final class Desk {
    final FakeInventory inventory = new FakeInventory();
    final FakeVaults vaults = new FakeVaults();
    final FakeRetention retention = new FakeRetention(vaults);
    final FakeFigures figures = new FakeFigures();
    final FakeStorageTests storageTests = new FakeStorageTests();
    final FakeSpace space = new FakeSpace();
    final FakeRecovery recovery = new FakeRecovery();
    final FakeJobs jobs = new FakeJobs();
    final FakeTicker ticker = new FakeTicker();
    FakeScreen screen;

    Desk(FakeScreen screen) {
        this.screen = screen;
    }

    /** A script's desk: no terminal. */
    static Desk script() {
        return new Desk(FakeScreen.script());
    }

    /** A person's desk. */
    static Desk terminal(int columns) {
        return new Desk(FakeScreen.terminal(columns));
    }

    /** Time that passes only while somebody waits. */
    static final class FakeTicker implements Ticker {
        long nanos;
        long stepNanos = 1_000_000_000L;
        boolean interruptNext;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void await(Semaphore ended, long millis) throws InterruptedException {
            nanos += stepNanos;
            if (interruptNext) {
                interruptNext = false;
                throw new InterruptedException();
            }
        }
    }

    /** Runs a command and returns its exit status. */
    int run(String... line) throws Exception {
        DoppelCommand command = command(line[0]);
        List<Object> words = List.copyOf(List.of(line).subList(1, line.length));
        Session session = (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, args) -> null);
        if (!new DefaultActionPreparator().prepare(command, session, words)) {
            return 0;
        }
        try {
            command.execute(screen, true);
            return 0;
        } catch (CommandException e) {
            if (e.getMessage() != null) {
                throw new AssertionError("a single command says it on standard error", e);
            }
            return 1;
        }
    }

    DoppelCommand command(String name) throws Exception {
        for (Class<? extends DoppelCommand> type : Commands.ALL) {
            if (type.getAnnotation(Command.class).name().equals(name)) {
                DoppelCommand command = type.getDeclaredConstructor().newInstance();
                inject(command);
                if (command instanceof FollowCommand follow) {
                    follow.ticker = ticker;
                }
                return command;
            }
        }
        throw new IllegalArgumentException(name);
    }

    /** Makes services, commands and completers known to a Karaf of its own, as its extender does. */
    void register(Registry registry) {
        services().forEach(registry::register);
        Set<Class<?>> classes = new LinkedHashSet<>(Commands.ALL);
        for (Class<?> command : Commands.ALL) {
            for (Class<?> type = command; type != Object.class; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    Completion completion = field.getAnnotation(Completion.class);
                    if (completion != null) {
                        classes.add(completion.value());
                    }
                }
            }
        }
        ManagerImpl manager = new ManagerImpl(registry, registry);
        classes.forEach(manager::register);
    }

    private List<Object> services() {
        return List.of(inventory, vaults, retention, figures, storageTests, space, recovery, jobs);
    }

    /** Sets the services of a command or completer. */
    void inject(Object target) throws IllegalAccessException {
        for (Class<?> type = target.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.isAnnotationPresent(Reference.class)) {
                    field.setAccessible(true);
                    for (Object service : services()) {
                        if (field.getType().isInstance(service)) {
                            field.set(target, service);
                        }
                    }
                }
            }
        }
    }
}
