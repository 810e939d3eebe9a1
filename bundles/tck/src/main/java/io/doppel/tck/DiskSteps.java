package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.transport.Transport;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reading and writing what a hypervisor offers, through the transports at hand. */
record DiskSteps(List<Transport> transports, SecretStore secrets, Map<String, String> restoreOptions) {
    DiskReader openReader(List<DiskAccess> accesses) throws DoppelException {
        DiskAccess access = accesses.get(0);
        return transport(access).openReader(access, secrets);
    }

    private Transport transport(DiskAccess access) {
        return transports.stream()
                .filter(t -> t.supports(access))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no transport of the test supports " + access));
    }

    DiskOffer offer(Snapshot snapshot, String key) {
        return snapshot.disks().stream()
                .filter(offer -> offer.disk().key().equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError("Snapshot.disks: \"the disks asked for\" lack " + key));
    }

    /** Checks every disk of the snapshot through its best access. */
    void checkContents(Snapshot snapshot, Map<String, byte[]> expected) throws DoppelException {
        for (DiskOffer offer : snapshot.disks()) {
            assertFalse(offer.accesses().isEmpty(), "DiskOffer.accesses: \"at least one\"");
            byte[] wanted = expected.get(offer.disk().key());
            assertEquals(
                    (long) wanted.length, offer.disk().size(), "DiskOffer.disk: \"the size it has in the snapshot\"");
            try (DiskReader reader = openReader(offer.accesses())) {
                byte[] found = DiskData.readAll(reader);
                checkEqual(
                        wanted,
                        found,
                        "Snapshot.disks: bytes of disk " + offer.disk().key());
                List<ByteRange> allocated = reader.allocated(new ByteRange(0, reader.size()));
                String sentence = "DiskReader.allocated: \"everything else is known to be zero\"";
                DiskData.checkRanges(allocated, 0, wanted.length, sentence);
                DiskData.checkEqualOutside(allocated, wanted, new byte[wanted.length], 0, wanted.length, sentence);
                reader.verifyUnchanged();
            }
        }
    }

    RestoreRequest restore(String id, Machine source, Optional<String> over, String name, Map<String, String> config) {
        return new RestoreRequest(id, source.id(), over, name, source.disks(), config, false, restoreOptions);
    }

    /** Writes every disk, flushes, and reads back. */
    void write(RestoreTarget target, Map<String, byte[]> contents) throws DoppelException {
        for (Map.Entry<String, byte[]> disk : contents.entrySet()) {
            List<DiskAccess> accesses = target.disks().get(disk.getKey());
            assertTrue(
                    accesses != null && !accesses.isEmpty() && accesses.get(0).writable(),
                    "RestoreTarget.disks: \"for each disk key the ways to write the new disk\": " + disk.getKey());
            DiskAccess access = accesses.get(0);
            try (DiskWriter writer = transport(access).openWriter(access, secrets)) {
                assertEquals((long) disk.getValue().length, writer.size(), "DiskWriter.size of a restored disk");
                DiskData.writeAll(writer, disk.getValue());
            }
            try (DiskReader reader = openReader(accesses)) {
                checkEqual(
                        disk.getValue(),
                        DiskData.readAll(reader),
                        "RestoreTarget.disks: \"each can also be opened for reading\": " + disk.getKey());
            }
        }
    }

    void checkEqual(Map<String, byte[]> expected, Map<String, byte[]> found, String sentence) {
        assertEquals(expected.keySet(), found.keySet(), sentence + "; disk keys");
        expected.forEach((key, bytes) -> checkEqual(bytes, found.get(key), sentence + "; disk " + key));
    }

    private static void checkEqual(byte[] expected, byte[] found, String sentence) {
        int differs = Arrays.mismatch(expected, found);
        assertTrue(differs < 0, () -> sentence + ": byte " + differs + " differs");
    }
}
