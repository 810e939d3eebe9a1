package io.doppel.mover;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.mover.internal.LocalProcessor;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.disk.Place;
import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.TransferResult;
import io.doppel.spi.transport.Transport;
import io.doppel.tck.MemoryStorage;
import io.doppel.tck.NoSecrets;
import io.doppel.tck.ProcessorContract;
import io.doppel.vault.Vault;
import io.doppel.vault.WriteSession;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A local processor with all that it can read and write: disks in memory, and a vault. */
final class LocalEnds implements Transport, AutoCloseable {
    private final Map<String, Bytes> disks = new ConcurrentHashMap<>();
    final Vault vault;
    final LocalProcessor processor;

    LocalEnds(Path state) throws DoppelException {
        vault = Rig.create(new MemoryStorage(), state);
        processor = new LocalProcessor(id -> vault, new NoSecrets());
        processor.addTransport(this);
    }

    DataEnd disk(Bytes disk) {
        String name = UUID.randomUUID().toString();
        disks.put(name, disk);
        return new DataEnd.Disk(
                new DiskAccess("memory", Place.ANYWHERE, true, 0, Optional.empty(), Map.of("name", name), Map.of()));
    }

    /** A disk whose second half cannot be read. */
    DataEnd failing(long size) {
        return disk(new Bytes(new byte[(int) size]) {
            @Override
            public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
                if (offset + length > size() / 2) {
                    throw new DoppelException(CommonError.IO, "The second half cannot be read");
                }
            }
        });
    }

    DataEnd version(String key, byte[] content) throws DoppelException {
        String id = Rig.backup(vault, key, new Bytes(content), Optional.empty(), Optional.empty())
                .id();
        return new DataEnd.VersionDisk(vault.id(), id, key);
    }

    ProcessorContract.Sink diskSink(long size) {
        Bytes disk = new Bytes(new byte[(int) size]);
        return sink(disk(disk), result -> disk.content);
    }

    ProcessorContract.Sink vaultSink(String key, Optional<byte[]> base) throws DoppelException {
        Optional<String> version = base.isEmpty()
                ? Optional.empty()
                : Optional.of(((DataEnd.VersionDisk) version(key, base.get())).versionId());
        WriteSession session = vault.begin();
        return sink(new DataEnd.VaultSession(vault.id(), session.id(), version), result -> {
            try (session) {
                session.flush();
                return Rig.restore(
                        vault, Rig.publish(vault, session, key, result).id(), key);
            }
        });
    }

    private interface Content {
        byte[] of(TransferResult.DiskResult result) throws DoppelException;
    }

    private static ProcessorContract.Sink sink(DataEnd end, Content content) {
        return new ProcessorContract.Sink() {
            @Override
            public DataEnd end() {
                return end;
            }

            @Override
            public byte[] content(TransferResult.DiskResult result) throws DoppelException {
                return content.of(result);
            }
        };
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean supports(DiskAccess access) {
        return access.kind().equals("memory");
    }

    @Override
    public DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) {
        return disks.get(access.parameters().get("name"));
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) {
        return disks.get(access.parameters().get("name"));
    }

    @Override
    public void close() throws DoppelException {
        vault.close();
    }
}
