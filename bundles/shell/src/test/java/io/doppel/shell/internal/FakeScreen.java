package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;

/** A terminal or a script in memory. */
final class FakeScreen implements Screen {
    private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
    private final PrintStream err = new PrintStream(errBytes, true, StandardCharsets.UTF_8);
    private final OptionalInt width;

    final Deque<Boolean> answers = new ArrayDeque<>();
    final Deque<String> secrets = new ArrayDeque<>();
    final Deque<String> input = new ArrayDeque<>();
    final Deque<Boolean> typedInterrupts = new ArrayDeque<>();
    boolean redraws;
    boolean shell;

    private FakeScreen(OptionalInt width) {
        this.width = width;
    }

    static FakeScreen script() {
        return new FakeScreen(OptionalInt.empty());
    }

    static FakeScreen terminal(int columns) {
        FakeScreen screen = new FakeScreen(OptionalInt.of(columns));
        screen.redraws = true;
        screen.shell = true;
        return screen;
    }

    String outText() {
        return outBytes.toString(StandardCharsets.UTF_8);
    }

    String errText() {
        return errBytes.toString(StandardCharsets.UTF_8);
    }

    List<String> outLines() {
        return Arrays.asList(outText().split("\n"));
    }

    @Override
    public PrintStream out() {
        return out;
    }

    @Override
    public PrintStream err() {
        return err;
    }

    @Override
    public OptionalInt width() {
        return width;
    }

    @Override
    public boolean canRedraw() {
        return redraws;
    }

    @Override
    public int height() {
        return 24;
    }

    @Override
    public ZoneId zone() {
        return ZoneOffset.UTC;
    }

    @Override
    public String user() {
        return "admin";
    }

    @Override
    public boolean canAskSecrets() {
        return shell;
    }

    @Override
    public boolean ask(String question) throws DoppelException {
        if (!shell) {
            throw new DoppelException(ShellError.NEEDS_YES, "Nobody can be asked '" + question + "'");
        }
        out.println(question + " (yes/no) ");
        return answers.remove();
    }

    @Override
    public char[] secret(String prompt) throws DoppelException {
        if (!shell) {
            throw new DoppelException(ShellError.NO_SECRET_INPUT, "Nobody can type unseen: " + prompt);
        }
        out.println(prompt + ": ");
        return secrets.remove().toCharArray();
    }

    @Override
    public char[] inputLine() throws DoppelException {
        if (input.isEmpty()) {
            throw new DoppelException(ShellError.NO_SECRET_INPUT, "Standard input is at its end");
        }
        return input.remove().toCharArray();
    }

    @Override
    public Interrupts interrupts() {
        return new Interrupts() {
            @Override
            public boolean typed() {
                return !typedInterrupts.isEmpty() && typedInterrupts.remove();
            }

            @Override
            public void close() {}
        };
    }
}
