package io.doppel.vault.internal.read;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.tree.NodeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** Reads nodes for several threads, each with a record reader that is kept for the next. */
public final class SharedNodes implements NodeSource, AutoCloseable {
    private static final int KEPT = 4;

    private final Supplier<RecordReader> make;
    private final Deque<RecordReader> idle = new ArrayDeque<>();

    /** Makes readers as needed. */
    public SharedNodes(Supplier<RecordReader> make) {
        this.make = make;
    }

    @Override
    public byte[] node(byte[] id) throws DoppelException {
        RecordReader reader = take();
        try {
            return reader.readNode(id);
        } finally {
            giveBack(reader);
        }
    }

    private synchronized RecordReader take() {
        RecordReader reader = idle.pollLast();
        return reader == null ? make.get() : reader;
    }

    private synchronized void giveBack(RecordReader reader) {
        if (idle.size() < KEPT) {
            idle.addLast(reader);
        } else {
            reader.close();
        }
    }

    @Override
    public synchronized void close() {
        idle.forEach(RecordReader::close);
        idle.clear();
    }
}
