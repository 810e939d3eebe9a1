package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbHandle;
import io.doppel.storage.cifs.internal.smb.SmbShare;
import io.doppel.storage.cifs.internal.smb.SmbStatus;

/** Makes a folder ready for writing through a connection and checks that the server can do what objects need. */
final class Setup {
    private final CifsFolder folder;
    private boolean swept;

    Setup(CifsFolder folder) {
        this.folder = folder;
    }

    /** Done for each connection before its first temporary file. */
    synchronized void prepare(Link link) throws SmbException, DoppelException {
        SmbShare share = link.share();
        folder.checkSame(share);
        folder.makeRoot(share);
        CifsFolder.makeFolder(share, folder.temps());
        link.lockOnce(folder);
        if (!swept) {
            checkLinks(link);
            new TempSweep(folder, share).run();
            swept = true;
        }
    }

    private void checkLinks(Link link) throws SmbException, DoppelException {
        SmbShare share = link.share();
        String name = link.nextTemporary();
        SmbHandle file = create(share, folder.temp(link.nextTemporary()));
        try {
            link(share, file, name);
            try {
                share.link(file, folder.temp(name));
                throw unsuitable("gives one name to two files", null);
            } catch (SmbException e) {
                if (!e.isStatus(SmbStatus.OBJECT_NAME_COLLISION)) {
                    throw e;
                }
            }
            share.flush(file);
        } finally {
            share.deleteOnClose(file);
            share.close(file);
        }
        SmbHandle linked =
                share.open(folder.temp(name), SmbShare.DELETE, SmbShare.SHARE_ALL, SmbShare.OPEN, SmbShare.A_FILE);
        share.deleteOnClose(linked);
        share.close(linked);
    }

    private void link(SmbShare share, SmbHandle file, String name) throws SmbException, DoppelException {
        try {
            share.link(file, folder.temp(name));
        } catch (SmbException e) {
            if (e.isStatus(
                    SmbStatus.NOT_SUPPORTED,
                    SmbStatus.NOT_IMPLEMENTED,
                    SmbStatus.INVALID_DEVICE_REQUEST,
                    SmbStatus.INVALID_PARAMETER,
                    SmbStatus.NOT_SAME_DEVICE,
                    SmbStatus.ACCESS_DENIED)) {
                throw unsuitable("has no hard links, which make objects appear whole and once", e);
            }
            throw e;
        }
    }

    /** A new temporary file, which others may read and nobody else may delete. */
    static SmbHandle create(SmbShare share, String path) throws SmbException {
        return share.open(
                path,
                SmbShare.READ_DATA | SmbShare.WRITE_DATA | SmbShare.DELETE,
                SmbShare.SHARE_READ,
                SmbShare.CREATE_NEW,
                SmbShare.A_FILE);
    }

    private DoppelException unsuitable(String why, Exception cause) {
        return new DoppelException(
                StorageError.UNSUITABLE, "The server or the file system behind " + folder.place() + " " + why, cause);
    }
}
