package io.doppel.core.internal.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.spi.storage.StorageSpace;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class GuardTest {
    private final Gate gate = new Gate("storage type 'x'");
    private final AtomicInteger open = new AtomicInteger();
    private Runnable during = () -> {};

    /** A storage that counts what is open. */
    private final class Counting implements Storage {
        Counting() {
            open.incrementAndGet();
        }

        @Override
        public StorageCapabilities capabilities() {
            return new StorageCapabilities(false, false, 1, 1);
        }

        @Override
        public ObjectWriter put(String name) {
            open.incrementAndGet();
            during.run();
            return new ObjectWriter() {
                @Override
                public void write(byte[] buffer, int from, int length) {
                    during.run();
                }

                @Override
                public void commit() throws DoppelException {
                    throw new DoppelException(CommonError.IO, "No");
                }

                @Override
                public void close() {
                    open.decrementAndGet();
                }
            };
        }

        @Override
        public void read(String name, long offset, byte[] buffer, int from, int length) {
            during.run();
        }

        @Override
        public void list(String prefix, Consumer<ObjectInfo> consumer) {}

        @Override
        public Optional<ObjectInfo> stat(String name) {
            return Optional.empty();
        }

        @Override
        public void delete(String name) {}

        @Override
        public Optional<StorageSpace> space() {
            return Optional.empty();
        }

        @Override
        public Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) {
            return Optional.empty();
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    private final Storage storage = Guard.wrap(Storage.class, new Counting(), gate);

    private static void code(CommonError code, Executable what) {
        DoppelException e = assertThrows(DoppelException.class, what);
        assertTrue(e.is(code), e.getMessage());
    }

    @Test
    void whatAGonePluginGaveOutFailsCodedButCloses() throws Exception {
        ObjectWriter writer = storage.put("a");
        writer.write(new byte[1], 0, 1);
        code(CommonError.IO, writer::commit);
        gate.close();
        code(CommonError.PLUGIN_GONE, () -> writer.write(new byte[1], 0, 1));
        code(CommonError.PLUGIN_GONE, writer::commit);
        code(CommonError.PLUGIN_GONE, () -> storage.put("b"));
        assertEquals(1, storage.capabilities().parallelism());
        writer.close();
        storage.close();
        assertEquals(0, open.get());
    }

    @Test
    void aCallThatEndsAfterThePluginLeftFailsAndKeepsNothingOpen() {
        during = gate::close;
        code(CommonError.PLUGIN_GONE, () -> storage.put("a"));
        storage.close();
        assertEquals(0, open.get());
    }

    @Test
    void aFaultOfThePluginIsCoded() {
        during = () -> {
            throw new IllegalStateException("oops");
        };
        code(CommonError.INTERNAL, () -> storage.read("a", 0, new byte[1], 0, 1));
        gate.close();
        code(CommonError.PLUGIN_GONE, () -> storage.read("a", 0, new byte[1], 0, 1));
    }
}
