package io.doppel.mover;

import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.Processor;
import io.doppel.tck.ProcessorContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contract of a processor, both ways: from disks into a vault, and from versions to disks. */
class LocalProcessorContractTest {
    abstract static class Local extends ProcessorContract {
        LocalEnds ends;

        @BeforeEach
        void open(@TempDir Path state) throws Exception {
            ends = new LocalEnds(state);
        }

        @AfterEach
        void close() throws Exception {
            ends.close();
        }

        @Override
        protected Processor processor() {
            return ends.processor;
        }

        @Override
        protected Optional<DataEnd> failingSource(String diskKey, long size) {
            return Optional.of(ends.failing(size));
        }
    }

    @Nested
    class Stores extends Local {
        @Override
        protected DataEnd source(String diskKey, byte[] content) {
            return ends.disk(new Bytes(content.clone()));
        }

        @Override
        protected Sink sink(String diskKey, long size) throws Exception {
            return ends.vaultSink(diskKey, Optional.empty());
        }

        @Override
        protected Optional<Sink> sinkBeside(String diskKey, long size) {
            return Optional.of(ends.diskSink(size));
        }

        @Override
        protected Optional<Sink> sinkWithBase(String diskKey, byte[] base) throws Exception {
            return Optional.of(ends.vaultSink(diskKey, Optional.of(base)));
        }
    }

    @Nested
    class Restores extends Local {
        @Override
        protected DataEnd source(String diskKey, byte[] content) throws Exception {
            return ends.version(diskKey, content);
        }

        @Override
        protected Sink sink(String diskKey, long size) {
            return ends.diskSink(size);
        }

        @Override
        protected Optional<Sink> sinkBeside(String diskKey, long size) {
            return Optional.empty();
        }

        @Override
        protected Optional<DataEnd> failingSource(String diskKey, long size) {
            return Optional.empty();
        }
    }
}
