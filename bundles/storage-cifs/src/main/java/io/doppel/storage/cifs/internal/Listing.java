package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectNames;
import io.doppel.storage.cifs.internal.smb.SmbEntry;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbHandle;
import io.doppel.storage.cifs.internal.smb.SmbShare;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Walks folders. Each is read whole before anything of it is told, so that it can be read again over a new connection; files that can be no
 * objects are left out.
 */
final class Listing {
    private static final int DEPTH = 8;
    private static final long FILETIME_EPOCH_SECONDS = 11_644_473_600L;
    private static final long FILETIME_SECOND = 10_000_000L;

    private final Connections connections;
    private final CifsFolder folder;
    private final Consumer<ObjectInfo> consumer;

    Listing(Connections connections, CifsFolder folder, Consumer<ObjectInfo> consumer) {
        this.connections = connections;
        this.folder = folder;
        this.consumer = consumer;
    }

    /** Tells what is in the folder of that name and below; nothing if it is not there. */
    void walk(String prefix) throws SmbException, DoppelException {
        walk(prefix, prefix.isEmpty() ? 0 : prefix.split("/").length);
    }

    private void walk(String prefix, int depth) throws SmbException, DoppelException {
        List<SmbEntry> entries = connections.run(link -> entriesIfThere(link.share(), folder.path(prefix)));
        for (SmbEntry entry : entries) {
            if (!ObjectNames.isPart(entry.name()) || entry.link()) {
                continue;
            }
            String name = prefix.isEmpty() ? entry.name() : prefix + "/" + entry.name();
            if (!entry.folder()) {
                consumer.accept(new ObjectInfo(name, entry.size(), time(entry.written())));
            } else if (depth + 1 < DEPTH) {
                walk(name, depth + 1);
            }
        }
    }

    private static List<SmbEntry> entriesIfThere(SmbShare share, String path) throws SmbException {
        try {
            return entries(share, path);
        } catch (SmbException e) {
            if (CifsFolder.isAbsent(e)) {
                return List.of();
            }
            throw e;
        }
    }

    /** The entries of a folder. */
    static List<SmbEntry> entries(SmbShare share, String path) throws SmbException {
        SmbHandle handle = CifsFolder.openFolder(share, path, SmbShare.READ_DATA);
        try {
            List<SmbEntry> entries = new ArrayList<>();
            share.list(handle, entries::add);
            return entries;
        } finally {
            share.closeSoon(handle);
        }
    }

    /** From 100 ns since 1601. */
    static Instant time(long filetime) {
        return Instant.ofEpochSecond(
                filetime / FILETIME_SECOND - FILETIME_EPOCH_SECONDS, filetime % FILETIME_SECOND * 100);
    }
}
