package io.doppel.storage.local.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files that were read last, kept open; the ones unused for longest are closed first. Safe for several threads. */
final class ReadHandles implements AutoCloseable {
    private final int limit;
    private final Map<Path, ReadHandle> open = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    ReadHandles(int limit) {
        this.limit = limit;
    }

    /**
     * The file opened; the caller closes what it gets.
     *
     * @param key file key of what the path names now
     */
    ReadHandle use(Path file, Object key) throws IOException {
        List<ReadHandle> surplus = new ArrayList<>(2);
        try {
            synchronized (this) {
                ReadHandle known = open.get(file);
                if (known != null && known.retain(key)) {
                    return known;
                }
            }
            ReadHandle opened = new ReadHandle(file, key);
            synchronized (this) {
                if (!closed && opened.retain(key)) {
                    ReadHandle before = open.put(file, opened);
                    if (before != null) {
                        surplus.add(before);
                    }
                    if (open.size() > limit) {
                        var oldest = open.entrySet().iterator();
                        surplus.add(oldest.next().getValue());
                        oldest.remove();
                    }
                }
            }
            return opened;
        } finally {
            closeAll(surplus);
        }
    }

    /** Lets go of a file that is deleted. */
    void forget(Path file) throws IOException {
        ReadHandle known;
        synchronized (this) {
            known = open.remove(file);
        }
        if (known != null) {
            known.close();
        }
    }

    @Override
    public void close() throws IOException {
        List<ReadHandle> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(open.values());
            open.clear();
        }
        closeAll(all);
    }

    private static void closeAll(List<ReadHandle> handles) throws IOException {
        for (ReadHandle handle : handles) {
            handle.close();
        }
    }
}
