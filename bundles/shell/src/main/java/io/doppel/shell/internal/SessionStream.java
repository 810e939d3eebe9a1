package io.doppel.shell.internal;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.util.Optional;

/**
 * Standard output or standard error of a command, whose flush reaches the session's own stream. Gogo puts a channel between the
 * two that drops the flush, and Karaf's SSH server sends nothing before it is flushed or full, and not even at the end if it is
 * standard error.
 */
final class SessionStream extends FilterOutputStream {
    private final Optional<OutputStream> end;

    private SessionStream(OutputStream commands, Optional<OutputStream> end) {
        super(commands);
        this.end = end;
    }

    /**
     * Over {@code System.out}, which is the command's own. What was printed goes out when it is flushed, in one piece: a line
     * and its end never come apart.
     *
     * @param commandSession Gogo's session object; it has no method for the stream, only a field
     */
    static PrintStream out(Object commandSession) {
        return new PrintStream(
                new BufferedOutputStream(new SessionStream(System.out, endOf(commandSession, "out"))), false);
    }

    /** As {@link #out}, over {@code System.err}; every line goes out at once. */
    static PrintStream err(Object commandSession) {
        return new PrintStream(
                new BufferedOutputStream(new SessionStream(System.err, endOf(commandSession, "err"))), true);
    }

    private static Optional<OutputStream> endOf(Object commandSession, String name) {
        if (commandSession == null) {
            return Optional.empty();
        }
        try {
            Field field = commandSession.getClass().getDeclaredField(name);
            field.setAccessible(true);
            return field.get(commandSession) instanceof OutputStream stream ? Optional.of(stream) : Optional.empty();
        } catch (NoSuchFieldException | IllegalAccessException e) {
            return Optional.empty(); // Another Gogo, perhaps one that flushes.
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
        if (end.isPresent()) {
            end.get().flush();
        }
    }
}
