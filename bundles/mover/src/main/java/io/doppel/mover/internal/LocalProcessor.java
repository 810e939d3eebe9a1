package io.doppel.mover.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.mover.MoverError;
import io.doppel.mover.OpenEnds;
import io.doppel.mover.ReopeningReader;
import io.doppel.mover.Transfer;
import io.doppel.mover.WarmUps;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.disk.Place;
import io.doppel.spi.processor.AccessFailedException;
import io.doppel.spi.processor.DataEnd;
import io.doppel.spi.processor.DiskTransfer;
import io.doppel.spi.processor.Processor;
import io.doppel.spi.processor.TransferMonitor;
import io.doppel.spi.processor.TransferRequest;
import io.doppel.spi.processor.TransferResult;
import io.doppel.spi.transport.Transport;
import io.doppel.vault.OpenVaults;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.WriteSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The processor in the server: opens disks through the transports that are registered. */
@Component
public final class LocalProcessor implements Processor {
    private final List<Transport> transports = new CopyOnWriteArrayList<>();
    private final OpenVaults vaults;
    private final SecretStore secrets;

    /** Made by DS; starts to warm the data path. */
    @Activate
    public LocalProcessor(@Reference OpenVaults vaults, @Reference SecretStore secrets) {
        this.vaults = vaults;
        this.secrets = secrets;
        WarmUps.beforeWork();
    }

    /** Called by DS when a transport appears. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addTransport(Transport transport) {
        transports.add(transport);
    }

    /** Called by DS when a transport leaves. */
    public void removeTransport(Transport transport) {
        transports.remove(transport);
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public Place place() {
        return Place.SERVER;
    }

    @Override
    public boolean canOpen(DiskAccess access) {
        return access.place().usableFrom(Place.SERVER) && transports.stream().anyMatch(t -> t.supports(access));
    }

    @Override
    public TransferResult transfer(TransferRequest request, TransferMonitor monitor) throws DoppelException {
        try (OpenEnds ends = new OpenEnds()) {
            Transfer transfer = new Transfer(monitor, request.bytesPerSecond());
            for (DiskTransfer disk : request.disks()) {
                if (disk.source() instanceof DataEnd.Disk source) {
                    store(transfer, disk, source.access(), ends, monitor);
                } else if (disk.source() instanceof DataEnd.VersionDisk source
                        && disk.sinks().size() == 1
                        && disk.sinks().get(0) instanceof DataEnd.Disk sink) {
                    VersionDisk version =
                            ends.add(vaults.vault(source.vaultId()).openDisk(source.versionId(), source.diskKey()));
                    Optional<Transfer.Reopen> readBack = request.verifyWritten()
                            ? Optional.of(() -> reader(sink.access(), monitor))
                            : Optional.empty();
                    transfer.write(
                            disk.diskKey(),
                            version,
                            ends.add(writer(sink.access(), monitor)),
                            source.skipDamaged(),
                            readBack);
                } else {
                    throw unsupported(disk);
                }
            }
            return transfer.run();
        }
    }

    private void store(Transfer transfer, DiskTransfer disk, DiskAccess access, OpenEnds ends, TransferMonitor monitor)
            throws DoppelException {
        DataEnd.VaultSession vault = null;
        List<DiskWriter> also = new ArrayList<>();
        for (DataEnd sink : disk.sinks()) {
            if (sink instanceof DataEnd.VaultSession session && vault == null) {
                vault = session;
            } else if (sink instanceof DataEnd.Disk other) {
                also.add(ends.add(writer(other.access(), monitor)));
            } else {
                throw unsupported(disk);
            }
        }
        if (vault == null) {
            throw unsupported(disk);
        }
        DataEnd.VaultSession into = vault;
        WriteSession session = vaults.vault(into.vaultId())
                .session(into.sessionId())
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "The vault's write session has ended"));
        Optional<String> base = into.baseVersionId();
        transfer.store(
                disk.diskKey(), ends.add(source(disk.diskKey(), access, monitor)), session, base, disk.changes(), also);
    }

    /** Opens a disk to be stored; if that fails, the failure names it. */
    private DiskReader source(String diskKey, DiskAccess access, TransferMonitor monitor) throws DoppelException {
        try {
            DiskReader first = reader(access, monitor);
            return first.mayReopen()
                    ? new ReopeningReader(diskKey, first, () -> reader(access, monitor), monitor)
                    : first;
        } catch (DoppelException e) {
            monitor.cancel().check();
            throw e.is(CommonError.CANCELLED) ? e : new AccessFailedException(diskKey, e);
        }
    }

    private DiskReader reader(DiskAccess access, TransferMonitor monitor) throws DoppelException {
        return transport(access).openReader(access, secrets, monitor.cancel());
    }

    private DiskWriter writer(DiskAccess access, TransferMonitor monitor) throws DoppelException {
        return transport(access).openWriter(access, secrets, monitor.cancel());
    }

    private Transport transport(DiskAccess access) throws DoppelException {
        for (Transport t : transports) {
            if (t.supports(access)) {
                return t;
            }
        }
        throw new DoppelException(MoverError.NO_TRANSPORT, "No transport opens disks of kind '" + access.kind() + "'");
    }

    private static DoppelException unsupported(DiskTransfer disk) {
        return new DoppelException(
                MoverError.ENDS, "Disk '" + disk.diskKey() + "' has a source or sinks that do not go together");
    }
}
