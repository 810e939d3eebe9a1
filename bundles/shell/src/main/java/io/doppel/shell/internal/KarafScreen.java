package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.console.Session;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/**
 * A Karaf session: the interactive shell, which has a terminal, or one command over SSH, which has none but tells in
 * variables what terminal the client sits at.
 */
final class KarafScreen implements Screen {
    /** Where Karaf keeps the terminal of the interactive shell. Its standard error goes past that, and clients drop it. */
    private static final String TERMINAL = ".jline.terminal";

    private static final int CTRL_C = 3;
    private static final int MAX_LINE = 4096;
    private static final Set<String> DUMB = Set.of("", "dumb", "unknown");

    private final Session session;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean interactive;
    private final boolean piped;

    KarafScreen(Session session) {
        Object commandSession = session.get(".commandSession");
        this.session = session;
        this.out = SessionStream.out(commandSession);
        this.err = session.get(TERMINAL) instanceof Terminal terminal
                ? new PrintStream(terminal.output(), true, terminal.encoding())
                : SessionStream.err(commandSession);
        this.interactive = session.getTerminal() != null;
        Process process = Process.Utils.current();
        this.piped = process != null && !process.isTty(1);
    }

    @Override
    public PrintStream out() {
        return out;
    }

    @Override
    public PrintStream err() {
        out.flush();
        return err;
    }

    @Override
    public OptionalInt width() {
        if (piped) {
            return OptionalInt.empty();
        }
        int columns = interactive ? session.getTerminal().getWidth() : variable("COLUMNS");
        return columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
    }

    @Override
    public int height() {
        int lines = interactive ? session.getTerminal().getHeight() : variable("LINES");
        return lines > 0 ? lines : 24;
    }

    @Override
    public boolean canRedraw() {
        String type = interactive ? session.getTerminal().getType() : (String) session.get("TERM");
        return width().isPresent() && type != null && !DUMB.contains(type);
    }

    @Override
    public ZoneId zone() {
        return ZoneId.systemDefault();
    }

    @Override
    public String user() {
        Object user = session.get("USER");
        return user == null ? "unknown" : user.toString();
    }

    @Override
    public boolean canAskSecrets() {
        return interactive;
    }

    @Override
    public boolean ask(String question) throws DoppelException {
        String prompt = question + " (yes/no) ";
        String answer;
        if (interactive) {
            answer = readLine(prompt, null);
        } else if (width().isPresent()) {
            out.print(prompt);
            out.flush();
            char[] line = inputLine();
            answer = new String(line);
        } else {
            throw new DoppelException(ShellError.NEEDS_YES, "Nobody can be asked '" + question + "'");
        }
        return answer.strip().equalsIgnoreCase("yes") || answer.strip().equalsIgnoreCase("y");
    }

    @Override
    public char[] secret(String prompt) throws DoppelException {
        if (!interactive) {
            throw new DoppelException(ShellError.NO_SECRET_INPUT, "Nobody can type unseen: " + prompt);
        }
        return readLine(prompt + ": ", '\0').toCharArray();
    }

    private String readLine(String prompt, Character mask) throws DoppelException {
        out.flush();
        try {
            return session.readLine(prompt, mask);
        } catch (UserInterruptException | EndOfFileException e) {
            throw new DoppelException(CommonError.CANCELLED, "The question was left without an answer", e);
        } catch (IOException e) {
            throw new DoppelException(CommonError.IO, "The terminal cannot be read", e);
        }
    }

    /** A line that ends in a carriage return comes from a raw terminal, which has not shown what was typed. */
    @Override
    public char[] inputLine() throws DoppelException {
        byte[] line = new byte[MAX_LINE];
        try {
            InputStream in = session.getKeyboard();
            int length = 0;
            int b = in.read();
            while (b != '\n' && b != '\r') {
                if (b == CTRL_C) {
                    throw new DoppelException(CommonError.CANCELLED, "Ctrl-C was pressed");
                }
                if (b < 0 && length == 0) {
                    throw new DoppelException(ShellError.NO_SECRET_INPUT, "Standard input is at its end");
                }
                if (b < 0) {
                    break;
                }
                if (length == MAX_LINE) {
                    throw new DoppelException(ShellError.USAGE, "A line of standard input is longer than 4096 bytes");
                }
                line[length++] = (byte) b;
                b = in.read();
            }
            if (b == '\r') {
                out.println();
                out.flush();
            }
            return Secrets.decode(line, length, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new DoppelException(CommonError.IO, "Standard input cannot be read", e);
        } finally {
            Arrays.fill(line, (byte) 0);
        }
    }

    @Override
    public Interrupts interrupts() {
        return session.get(TERMINAL) instanceof Terminal terminal
                ? new SignalInterrupts(terminal)
                : new KeyboardInterrupts(session);
    }

    /**
     * Of the interactive shell. Karaf would interrupt our thread and show its prompt at once, and what both then write to the
     * terminal would mix.
     */
    private static final class SignalInterrupts implements Interrupts {
        private final AtomicBoolean typed = new AtomicBoolean();
        private final Terminal terminal;
        private final Terminal.SignalHandler before;

        SignalInterrupts(Terminal terminal) {
            this.terminal = terminal;
            this.before = terminal.handle(Terminal.Signal.INT, signal -> typed.set(true));
        }

        @Override
        public boolean typed() {
            return typed.getAndSet(false);
        }

        @Override
        public void close() {
            terminal.handle(Terminal.Signal.INT, before);
        }
    }

    /** Of the client of a single command, which sends the key as a byte. */
    private record KeyboardInterrupts(Session session) implements Interrupts {
        @Override
        public boolean typed() {
            try {
                InputStream in = session.getKeyboard();
                boolean found = false;
                while (in.available() > 0) {
                    found |= in.read() == CTRL_C;
                }
                return found;
            } catch (IOException e) {
                // The client is gone and cannot press anything; the run goes on.
                return false;
            }
        }

        @Override
        public void close() {}
    }

    private int variable(String name) {
        Object value = session.get(name);
        try {
            return value == null ? 0 : Integer.parseInt(value.toString());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
