package io.doppel.transport.xapi.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.transport.Transport;
import io.doppel.xapi.XapiSession;
import io.doppel.xapi.stream.StreamError;
import io.doppel.xapi.stream.StreamSettings;
import io.doppel.xapi.stream.XapiDownload;
import io.doppel.xapi.stream.XapiStreams;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Opens disks of XenServer and XCP-ng pools that are streamed over HTTP. Streams are spooled into temporary files as they come,
 * so that they can be read in any order and more than once.
 */
@Component(service = Transport.class)
public final class XapiTransport implements Transport {
    /** Above this a VHD cannot be, and XAPI refuses to make one. */
    private static final long LARGEST_VHD = 2040L << 30;

    private static final Duration SILENCE = Duration.ofMinutes(5);
    private static final Duration SETTLING = Duration.ofMinutes(10);

    private final SpoolFolder folder;
    private final Duration silence;
    private final Duration settling;
    private final SharedSpools spools = new SharedSpools();

    /** With temporary files in the bundle's own folder. */
    @Activate
    public XapiTransport(BundleContext context) throws DoppelException {
        this(new SpoolFolder(context.getDataFile("spool").toPath()), SILENCE, SETTLING);
        folder.sweep();
    }

    /**
     * @param silence longest time without a byte of a stream
     * @param settling longest time for the pool to say how a stream ended
     */
    XapiTransport(SpoolFolder folder, Duration silence, Duration settling) {
        this.folder = folder;
        this.silence = silence;
        this.settling = settling;
    }

    @Override
    public String name() {
        return "xapi";
    }

    @Override
    public boolean supports(DiskAccess access) {
        return Set.of(Access.VDI, Access.XVA).contains(access.kind());
    }

    @Override
    public DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        Access wanted = new Access(access, secrets);
        boolean vdi = access.kind().equals(Access.VDI);
        String disk = wanted.text(vdi ? "vdi" : "disk");
        String stream = vdi ? disk : wanted.text("vm");
        long size = wanted.size();
        SharedSpools.Lease lease = spools.take(
                wanted.key(stream),
                () -> vdi ? openDisk(wanted, disk, size, cancel) : openMachine(wanted, stream, cancel));
        try {
            return new SpoolReader(lease.spool().disk(disk, size, cancel), lease);
        } catch (DoppelException | RuntimeException e) {
            lease.close();
            throw e;
        }
    }

    private Spool openDisk(Access access, String vdi, long size, CancelToken cancel) throws DoppelException {
        boolean vhd = size <= LARGEST_VHD;
        return start(
                access,
                "export of disk " + vdi,
                streams -> streams.exportDisk(
                        vdi, vhd ? XapiStreams.DiskFormat.VHD : XapiStreams.DiskFormat.RAW, Optional.empty()),
                vhd ? Formats.vhd(vdi, size) : Formats.raw(vdi, size),
                cancel);
    }

    private Spool openMachine(Access access, String vm, CancelToken cancel) throws DoppelException {
        XapiStreams.Compression compression = access.compression();
        return start(
                access,
                "export of machine " + vm,
                streams -> streams.exportMachine(vm, compression),
                Formats.xva(access.used()),
                cancel);
    }

    private XapiStreams streams(XapiSession session, Access access, CancelToken cancel) {
        return new XapiStreams(session, new StreamSettings(silence, settling, access.mark()), cancel);
    }

    /** Asks for a stream. */
    @FunctionalInterface
    private interface Asking {
        XapiDownload ask(XapiStreams streams) throws DoppelException;
    }

    private Spool start(Access access, String what, Asking asking, Spool.Format format, CancelToken cancel)
            throws DoppelException {
        XapiSession session = access.session();
        try {
            XapiDownload download = asking.ask(streams(session, access, cancel));
            return new Spool(what, session, download, format, folder);
        } catch (DoppelException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        if (!access.kind().equals(Access.VDI) || !access.writable()) {
            throw new DoppelException(StreamError.BAD_ACCESS, "The disk was not offered for writing");
        }
        Access wanted = new Access(access, secrets);
        String vdi = wanted.text("vdi");
        long size = wanted.size();
        XapiSession session = wanted.session();
        try {
            return new ImportWriter(
                    streams(session, wanted, cancel),
                    session,
                    vdi,
                    size,
                    wanted.fresh(),
                    () -> openReader(access, secrets, cancel));
        } catch (DoppelException | RuntimeException e) {
            session.close();
            throw e;
        }
    }
}
