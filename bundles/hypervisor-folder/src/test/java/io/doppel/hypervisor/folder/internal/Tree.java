package io.doppel.hypervisor.folder.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import io.doppel.tck.MemoryOfHost;
import io.doppel.tck.NoSecrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.function.Executable;

/** A tree of machines under test. */
final class Tree {
    static final String INSTALLATION = "inst.1/x";
    static final SecretStore NO_SECRETS = new NoSecrets();

    private final Path root;
    private final FolderTransport transport = new FolderTransport();

    Tree(Path root) {
        this.root = root;
    }

    FolderHost connect() throws DoppelException {
        return connect(INSTALLATION, () -> {});
    }

    FolderHost connect(String installation, Runnable step) throws DoppelException {
        HostContext context = new HostContext(
                "h",
                installation,
                new FolderHypervisor().settings().parse(Map.of("path", root.toString())),
                NO_SECRETS,
                new MemoryOfHost());
        return new FolderHost(context, new ActiveRestores(), step);
    }

    Path image(String name, int size, long seed) throws IOException {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    static SnapshotRequest wanted(String machine, String... keys) {
        return new SnapshotRequest(machine, Set.of(keys), "vault", Consistency.APPLICATION, List.of(), Map.of());
    }

    byte[] read(DiskOffer offer) throws DoppelException {
        try (DiskReader reader = transport.openReader(offer.accesses().get(0), NO_SECRETS)) {
            byte[] bytes = new byte[Math.toIntExact(reader.size())];
            reader.read(0, bytes, 0, bytes.length);
            reader.verifyUnchanged();
            return bytes;
        }
    }

    RestoreRequest over(Snapshot snapshot, String machine, String id) {
        return request(snapshot, Optional.of(machine), "ignored", id);
    }

    RestoreRequest request(Snapshot snapshot, Optional<String> over, String name, String id) {
        List<MachineDisk> disks = snapshot.disks().stream().map(DiskOffer::disk).toList();
        return new RestoreRequest(id, "source", over, name, disks, snapshot.machineConfig(), false, Map.of());
    }

    /** Fills every disk with a byte. */
    void fill(RestoreTarget target, RestoreRequest request, byte[] content) throws DoppelException {
        for (MachineDisk disk : request.disks()) {
            try (DiskWriter writer =
                    transport.openWriter(target.disks().get(disk.key()).get(0), NO_SECRETS)) {
                assertEquals(disk.size(), writer.size());
                writer.write(0, content, 0, (int) disk.size());
                writer.flush();
            }
        }
    }

    static DoppelException assertCode(ErrorCode code, Executable call) {
        DoppelException e = assertThrows(DoppelException.class, call);
        assertEquals(code.id(), e.code().id(), e::getMessage);
        return e;
    }
}
