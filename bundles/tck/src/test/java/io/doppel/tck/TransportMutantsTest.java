package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.transport.Transport;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The transport contract must notice each fault, and pass what is right. */
class TransportMutantsTest {
    private static Set<Fault> faults = Set.of();

    static class Subject extends TransportContract {
        private final ToyTransport toy = new ToyTransport(faults);

        @Override
        protected Transport transport() {
            return toy;
        }

        @Override
        protected DiskAccess readable(byte[] content) {
            return toy.add(content.clone());
        }

        @Override
        protected Optional<DiskAccess> writable(long size) {
            byte[] disk = new byte[(int) size];
            if (faults.contains(Fault.CLAIMS_ZEROED)) {
                disk[5] = 1;
            }
            return Optional.of(toy.add(disk));
        }

        @Override
        protected DiskAccess missing() {
            return toy.access("missing");
        }
    }

    @Test
    void theRightOnePasses() {
        faults = Set.of();
        ContractRun run = ContractRun.of(Subject.class);
        assertEquals(List.of(), run.failures());
        assertTrue(run.found() >= 24, "tests found: " + run.found());
    }

    @ParameterizedTest
    @EnumSource(from = "READ_OFF_BY_ONE", to = "CLOSED_WRITER_WRITES")
    void everyFaultIsNoticed(Fault fault) {
        faults = EnumSet.of(fault);
        assertFalse(ContractRun.of(Subject.class).failures().isEmpty(), "the contract does not notice " + fault);
    }
}
