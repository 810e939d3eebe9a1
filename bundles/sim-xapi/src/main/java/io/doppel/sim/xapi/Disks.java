package io.doppel.sim.xapi;

import java.io.IOException;
import java.util.Optional;

/**
 * What the API asks of the disks behind VDIs. A disk's key is the uuid of its VDI; sizes are in bytes. The API has checked
 * states and arguments before it calls (a key that exists, a size that fits), so an {@link IOException} is a true failure and
 * is told as {@code SR_BACKEND_FAILURE}. Methods are called from many threads, for different disks at the same time.
 */
public interface Disks extends AutoCloseable {
    /** Makes a disk of zeros. */
    void create(String vdi, long size) throws IOException;

    /**
     * Makes {@code snapshot} hold what {@code vdi} holds at this moment, read-only. When changes of {@code vdi} are being
     * tracked, the snapshot ends one span of its log, and both can be named to {@link #changedBlocks} afterwards.
     */
    void snapshot(String vdi, String snapshot) throws IOException;

    /** Makes an independent writable disk with the same content; used for VDI.clone, VDI.copy and VM.clone. */
    void copy(String vdi, String copy) throws IOException;

    /** Sets a larger size. The new end reads as zeros, and does not count as changed until it is written, as on the real one. */
    void resize(String vdi, long size) throws IOException;

    /** Removes a disk, whatever else is known of it; its spans of the log stay while other disks need them. */
    void destroy(String vdi) throws IOException;

    /** Whether somebody writes the disk at this moment; not if there is no such disk. */
    boolean inUse(String vdi);

    /** Bytes that the disk takes on its storage repository. */
    long physicalUtilisation(String vdi) throws IOException;

    /** Starts the log of writes; the next {@link #snapshot} is the first that changes can be asked from. */
    void enableTracking(String vdi) throws IOException;

    /** Ends the log: later snapshots have nothing in common with earlier ones, which stay comparable among themselves. */
    void disableTracking(String vdi) throws IOException;

    /**
     * The 64 KiB blocks that were written between two points: bit 7 of byte 0 is the first block; the length is that of
     * {@code to}'s blocks in whole bytes.
     *
     * @param from a snapshot (its content may be gone by {@link #dataDestroy})
     * @param to a later snapshot of the same disk, or the disk itself
     * @throws IOException when the two are not on one line of the log
     */
    byte[] changedBlocks(String from, String to) throws IOException;

    /** Removes the content of a snapshot and keeps its place in the log. */
    void dataDestroy(String vdi) throws IOException;

    /** Starts a server of the NBD protocol for one disk; the caller closes it. */
    NbdServer serve(NbdExport export) throws IOException;

    /** Stops all servers; the content stays. */
    @Override
    void close() throws IOException;

    /**
     * @param vdi the disk
     * @param name the export's name, such as {@code /uuid?session_id=OpaqueRef:…}
     * @param address the IP address to listen on, at any free port
     * @param identity the key and certificate to demand TLS with; without it TLS is not offered
     */
    record NbdExport(String vdi, String name, String address, Optional<HostIdentity> identity) {}

    /** A running server. */
    interface NbdServer extends AutoCloseable {
        int port();

        /** Ends the server and its connections, and returns when it has ended. */
        @Override
        void close();
    }
}
