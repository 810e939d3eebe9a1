package io.doppel.storage.offsite.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectNames;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.storage.offsite.wire.Frame;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Objects at an offsite module, docs/offsite-protocol.md. */
final class OffsiteStorage implements Storage {
    /** Hides the round trip behind what is under way on the other connections. */
    private static final int PARALLELISM = 4;

    /** At 12 MB/s and 40 ms a round trip costs an eighth of it. */
    private static final int PREFERRED_READ = 4 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Lines lines;
    private final boolean readOnly;
    private final Set<OffsiteWriter> writers = ConcurrentHashMap.newKeySet();

    private OffsiteStorage(Lines lines, boolean readOnly) {
        this.lines = lines;
        this.readOnly = readOnly;
    }

    /** Connects once, to see that the module is there and knows us. */
    static OffsiteStorage open(Module module, boolean readOnly) throws DoppelException {
        return open(module, readOnly, PATIENCE);
    }

    /** @param patience how long a module that went away is dialled again */
    static OffsiteStorage open(Module module, boolean readOnly, Duration patience) throws DoppelException {
        Lines lines = new Lines(module, patience.toNanos());
        boolean done = false;
        try {
            Line line = lines.take();
            boolean refusesChanges = line.readOnly();
            lines.give(line);
            done = true;
            return new OffsiteStorage(lines, readOnly || refusesChanges);
        } catch (IOException e) {
            throw lines.unreachable(e);
        } finally {
            if (!done) {
                lines.close();
            }
        }
    }

    @Override
    public StorageCapabilities capabilities() {
        return new StorageCapabilities(false, readOnly, PARALLELISM, PREFERRED_READ);
    }

    @Override
    public ObjectWriter put(String name) throws DoppelException {
        ObjectNames.check(name);
        checkWritable();
        OffsiteWriter writer = new OffsiteWriter(lines, name, writers::remove);
        writers.add(writer);
        return writer;
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        ObjectNames.check(name);
        Objects.checkFromIndexSize(from, length, buffer.length);
        if (offset < 0) {
            throw new IllegalArgumentException("offset " + offset);
        }
        int done = 0;
        do {
            int start = done;
            int piece = Math.min(Frame.MAX_READ, length - done);
            lines.repeat(line -> {
                line.read(name, offset + start, buffer, from + start, piece);
                return null;
            });
            done += piece;
        } while (done < length);
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
        ObjectNames.checkPrefix(prefix);
        String[] last = {""};
        lines.repeat(line -> {
            line.list(prefix, last[0], info -> {
                last[0] = info.name();
                consumer.accept(info);
            });
            return null;
        });
    }

    @Override
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        ObjectNames.check(name);
        return lines.repeat(line -> line.stat(name));
    }

    @Override
    public void delete(String name) throws DoppelException {
        ObjectNames.check(name);
        checkWritable();
        lines.repeat(line -> {
            line.condemn(name);
            return null;
        });
    }

    @Override
    public Optional<StorageSpace> space() throws DoppelException {
        return Optional.of(lines.repeat(Line::space));
    }

    @Override
    public Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("dialect", "offsite protocol " + Frame.VERSION + " over TLS 1.3");
        facts.put("flush", "the module answers when the object and its journal are on its disk");
        facts.put("delete", "kept by the module until its window is over");
        return facts;
    }

    @Override
    public Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) {
        return Optional.empty();
    }

    private void checkWritable() throws DoppelException {
        lines.checkOpen();
        if (readOnly) {
            throw new DoppelException(StorageError.READ_ONLY, "The offsite module is open for reading only");
        }
    }

    @Override
    public void close() {
        lines.close();
        List.copyOf(writers).forEach(OffsiteWriter::close);
    }
}
