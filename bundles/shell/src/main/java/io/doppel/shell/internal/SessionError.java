package io.doppel.shell.internal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.util.Optional;

/**
 * Standard error of a command whose flush reaches the session's own stream. Gogo puts a channel between the two that
 * drops the flush, and Karaf's SSH server closes the connection without sending what was not flushed.
 */
final class SessionError extends FilterOutputStream {
    private static final String FIELD = "err";

    private final Optional<OutputStream> end;

    /**
     * Over {@code System.err}, which is the command's own.
     *
     * @param commandSession Gogo's session object; it has no method for the stream, only a field
     */
    SessionError(Object commandSession) {
        super(System.err);
        this.end = endOf(commandSession);
    }

    private static Optional<OutputStream> endOf(Object commandSession) {
        if (commandSession == null) {
            return Optional.empty();
        }
        try {
            Field field = commandSession.getClass().getDeclaredField(FIELD);
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
