package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.Processor;
import io.doppel.spi.processor.TransferResult;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The processor contract must notice each fault, and pass what is right. */
class ProcessorMutantsTest {
    private static Set<Fault> faults = Set.of();

    static class Subject extends ProcessorContract {
        private final ToyTransport toy = new ToyTransport(Set.of());

        @Override
        protected Processor processor() {
            return new ToyProcessor(faults, toy);
        }

        @Override
        protected DataEnd source(String diskKey, byte[] content) {
            return new DataEnd.Disk(toy.add(content.clone()));
        }

        @Override
        protected Sink sink(String diskKey, long size) {
            return holding(new byte[(int) size]);
        }

        @Override
        protected Optional<Sink> sinkWithBase(String diskKey, byte[] base) {
            return Optional.of(holding(base.clone()));
        }

        @Override
        protected Optional<DataEnd> failingSource(String diskKey, long size) {
            return Optional.of(new DataEnd.Disk(toy.addFailing((int) size)));
        }

        private Sink holding(byte[] disk) {
            DiskAccess access = toy.add(disk);
            return new Sink() {
                @Override
                public DataEnd end() {
                    return new DataEnd.Disk(access);
                }

                @Override
                public byte[] content(TransferResult.DiskResult result) {
                    return disk;
                }
            };
        }
    }

    @Test
    void theRightOnePasses() {
        faults = Set.of();
        ContractRun run = ContractRun.of(Subject.class);
        assertEquals(List.of(), run.failures());
        assertTrue(run.found() >= 22, "tests found: " + run.found());
    }

    @ParameterizedTest
    @EnumSource(from = "FIRST_DISK_ONLY", to = "PROGRESS_GOES_BACK")
    void everyFaultIsNoticed(Fault fault) {
        faults = EnumSet.of(fault);
        assertFalse(ContractRun.of(Subject.class).failures().isEmpty(), "the contract does not notice " + fault);
    }
}
