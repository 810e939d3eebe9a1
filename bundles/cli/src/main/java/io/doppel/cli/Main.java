package io.doppel.cli;

import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * What {@code bin/doppel} hands to Java. People call the script; its help says what the commands do.
 *
 * <pre>
 * STATE prepare                    make what the first start needs; print the new password, if one was made
 * STATE await PID SECONDS PROBE    wait until the server of that process answers PROBE
 * STATE run COMMAND...             run one command
 * STATE shell                      interactive shell
 * </pre>
 */
public final class Main {
    private static final int CONNECT_MILLIS = 10_000;

    private final StateFolder state;

    private Main(StateFolder state) {
        this.state = state;
    }

    /** Never returns: the process ends with the command's status. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length < 2) {
            System.err.println("This is the inside of bin/doppel: see bin/doppel --help");
            System.exit(ExitStatus.USAGE);
        }
        System.exit(new Main(new StateFolder(Path.of(args[0]))).run(args[1], Arrays.copyOfRange(args, 2, args.length)));
    }

    private int run(String verb, String[] args) throws InterruptedException {
        try {
            return switch (verb) {
                case "prepare" -> prepare();
                case "await" -> await(Long.parseLong(args[0]), Long.parseLong(args[1]), args[2]);
                case "run" -> command(CommandLine.of(args));
                case "shell" -> shell();
                default -> ExitStatus.USAGE;
            };
        } catch (JSchException e) {
            System.err.println("doppel: cannot talk to the server in " + state.root() + ": " + e.getMessage());
            System.err.println("Is it running? See: bin/doppel status");
            return ExitStatus.UNAVAILABLE;
        } catch (IOException e) {
            System.err.println("doppel: " + e);
            return ExitStatus.INTERNAL;
        }
    }

    private int prepare() throws IOException {
        new FirstStart(state).complete().ifPresent(System.out::println);
        return 0;
    }

    private int await(long pid, long seconds, String probe) throws InterruptedException {
        Optional<ProcessHandle> server = ProcessHandle.of(pid);
        if (server.isEmpty()) {
            System.err.println("its process has ended");
            return ExitStatus.UNAVAILABLE;
        }
        Readiness readiness = new Readiness(new Console(state), server.get());
        if (readiness.await(probe, Duration.ofSeconds(seconds))) {
            return 0;
        }
        System.err.println(readiness.lastAnswer());
        return ExitStatus.UNAVAILABLE;
    }

    /** The streams are opened raw: System.out would recode what a command prints as bytes. */
    private int command(String command) throws JSchException, IOException, InterruptedException {
        Optional<Terminal> terminal = Terminal.ofStandardOutput();
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream err = new FileOutputStream(FileDescriptor.err);
        if (terminal.isEmpty()) {
            out = new PlainOutputStream(out);
            err = new PlainOutputStream(err);
        }
        Session session = new Console(state).connect(CONNECT_MILLIS);
        try {
            return new RemoteCommand(session, command).run(new FileInputStream(FileDescriptor.in), out, err, terminal);
        } finally {
            session.disconnect();
        }
    }

    private int shell() throws JSchException, IOException {
        Optional<Terminal> terminal = Terminal.ofStandardOutput();
        if (terminal.isEmpty()) {
            System.err.println("doppel: the shell needs a terminal; for one command: bin/doppel 'COMMAND'");
            return ExitStatus.USAGE;
        }
        Session session = new Console(state).connect(CONNECT_MILLIS);
        try {
            new RemoteShell(session)
                    .run(
                            new FileInputStream(FileDescriptor.in),
                            new FileOutputStream(FileDescriptor.out),
                            terminal.get());
            return 0;
        } finally {
            session.disconnect();
        }
    }
}
