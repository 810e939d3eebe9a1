package io.doppel.mover;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was opened for a transfer, in reverse order, all of it even if some fail. */
public final class OpenEnds implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Closes this reader, too. */
    public <T extends DiskReader> T add(T reader) {
        open.push(reader);
        return reader;
    }

    /** Closes this writer, too. */
    public DiskWriter add(DiskWriter writer) {
        open.push(writer);
        return writer;
    }

    @Override
    public void close() throws DoppelException {
        DoppelException first = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (DoppelException e) {
                first = first == null ? e : first;
            } catch (Exception e) {
                // readers and writers declare DoppelException only
                first = first == null ? new DoppelException(CommonError.INTERNAL, "Closing a disk failed", e) : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
