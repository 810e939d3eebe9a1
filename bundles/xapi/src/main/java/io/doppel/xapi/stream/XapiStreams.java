package io.doppel.xapi.stream;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.xapi.XapiSession;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The HTTP handlers of a pool that send and take disks and machines. Each stream has a connection and a task of its own;
 * redirects to other members are followed over TLS to pinned certificates only. Safe for several threads.
 */
public final class XapiStreams {
    /**
     * Length of a body whose length nobody knows before. XAPI ignores it for frames and takes it as a limit for an XVA; without a
     * length HTTP says that there is no body, and proxies and other servers would keep to that.
     */
    private static final long UNKNOWN = 1L << 50;

    private final XapiSession session;
    private final StreamSettings settings;
    private final CancelToken cancel;

    /** Forms of a disk. */
    public enum DiskFormat {
        /** Every byte. */
        RAW,
        /** Dynamic VHD, up to 2040 GiB. */
        VHD;

        private String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Compressions of an XVA that XAPI knows; it compresses on one core of the host. */
    public enum Compression {
        /** None. */
        NONE("false"),
        /** With gzip. */
        GZIP("gzip"),
        /** With zstd, from XenServer 8 and XCP-ng 8.1 on. */
        ZSTD("zstd");

        private final String word;

        Compression(String word) {
            this.word = word;
        }
    }

    /**
     * Streams of a session; its route's longest silence does not apply, that of the settings does.
     *
     * @param cancel ends the wait for a host that was asked for a stream; a stream that has begun is ended by closing it
     */
    public XapiStreams(XapiSession session, StreamSettings settings, CancelToken cancel) {
        this.session = session;
        this.settings = settings;
        this.cancel = cancel;
    }

    /**
     * A disk's content.
     *
     * @param vdi uuid or reference
     * @param base uuid or reference of an older disk of the same chain, to get only blocks of what was added since (VHD
     *     only)
     */
    public XapiDownload exportDisk(String vdi, DiskFormat format, Optional<String> base) throws DoppelException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("vdi", vdi);
        query.put("format", format.word());
        base.ifPresent(b -> query.put("base", b));
        return download("/export_raw_vdi", query, "export of disk " + vdi);
    }

    /**
     * A halted machine or a snapshot of one, with its disks, as XVA.
     *
     * @param vm reference
     */
    public XapiDownload exportMachine(String vm, Compression compression) throws DoppelException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("ref", vm);
        query.put("use_compression", compression.word);
        return download("/export", query, "export of machine " + vm);
    }

    /**
     * A machine's records without its disks, as XVA.
     *
     * @param vm reference
     */
    public XapiDownload exportMetadata(String vm) throws DoppelException {
        return download("/export_metadata", Map.of("ref", vm), "export of the records of machine " + vm);
    }

    /**
     * Writes parts of a disk, in any order.
     *
     * @param vdi uuid or reference of a disk that nothing has attached
     */
    public RawImport importRaw(String vdi) throws DoppelException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("vdi", vdi);
        query.put("format", "raw");
        query.put("chunked", "true");
        return new RawImport(upload("/import_raw_vdi", query, UNKNOWN, false, "import into disk " + vdi));
    }

    /**
     * Writes a disk from a VHD; what the VHD leaves out stays as it is.
     *
     * @param length exact length of the VHD in bytes
     */
    public XapiUpload importVhd(String vdi, long length) throws DoppelException {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("vdi", vdi);
        query.put("format", "vhd");
        return upload("/import_raw_vdi", query, length, false, "import of a VHD into disk " + vdi);
    }

    /**
     * Makes a machine of an XVA. {@link XapiUpload#complete()} gives the references of the machines made.
     *
     * @param sr uuid of the storage repository for the disks; the pool's default if empty
     * @param restore whether it becomes the same machine again (uuid, MAC addresses) rather than a copy
     * @param length exact length of the XVA if it is known
     */
    public XapiUpload importMachine(Optional<String> sr, boolean restore, OptionalLong length) throws DoppelException {
        Map<String, String> query = new LinkedHashMap<>();
        sr.ifPresent(s -> query.put("sr_uuid", s));
        query.put("restore", Boolean.toString(restore));
        return upload("/import", query, length.orElse(UNKNOWN), length.isEmpty(), "import of a machine");
    }

    private XapiDownload download(String path, Map<String, String> query, String what) throws DoppelException {
        StreamTask task = StreamTask.create(session, "Doppel: " + what, settings.mark());
        try {
            StreamRequest.Opened opened = request(task).open("GET", path, query, OptionalLong.empty());
            try {
                return new XapiDownload(opened, task, settings, what);
            } catch (IOException e) {
                opened.wire().abandon();
                throw new DoppelException(StreamError.BROKEN, "The " + what + " broke", e);
            }
        } catch (DoppelException e) {
            throw failed(task, e);
        }
    }

    private XapiUpload upload(String path, Map<String, String> query, long length, boolean endless, String what)
            throws DoppelException {
        StreamTask task = StreamTask.create(session, "Doppel: " + what, settings.mark());
        try {
            StreamRequest.Opened opened = request(task).open("PUT", path, query, OptionalLong.of(length));
            return new XapiUpload(opened, task, settings, what, endless);
        } catch (DoppelException e) {
            throw failed(task, e);
        }
    }

    /** Why there is no stream; its task is not needed any more. */
    private DoppelException failed(StreamTask task, DoppelException failure) throws DoppelException {
        if (cancel.isCancelled()) {
            task.abandon();
            cancel.check();
        }
        DoppelException told = task.explain(failure);
        task.abandon();
        return told;
    }

    private StreamRequest request(StreamTask task) throws DoppelException {
        return new StreamRequest(session, settings, task.ref(), cancel);
    }
}
