package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.WriteSession;
import java.util.IdentityHashMap;
import java.util.Map;

/** What one worker thread keeps from segment to segment: a lane for each session, a chunk reader for each disk. */
final class Workspace implements AutoCloseable {
    /** Bytes of the buffer. */
    static final int BUFFER = 256 << 10;

    private final Map<WriteSession, WriteSession.Lane> lanes = new IdentityHashMap<>();
    private final Map<VersionDisk, VersionDisk.ChunkReader> readers = new IdentityHashMap<>();
    private byte[] buffer;

    /** A buffer of {@link #BUFFER} bytes for reading a disk back. */
    byte[] buffer() {
        if (buffer == null) {
            buffer = new byte[BUFFER];
        }
        return buffer;
    }

    WriteSession.Lane lane(WriteSession session) throws DoppelException {
        WriteSession.Lane lane = lanes.get(session);
        if (lane == null) {
            lane = session.lane();
            lanes.put(session, lane);
        }
        return lane;
    }

    VersionDisk.ChunkReader reader(VersionDisk disk) {
        if (!readers.containsKey(disk)) {
            // one disk at a time keeps memory bounded; another disk's reader is made again when it is needed
            closeReaders();
            readers.put(disk, disk.chunkReader());
        }
        return readers.get(disk);
    }

    private void closeReaders() {
        readers.values().forEach(VersionDisk.ChunkReader::close);
        readers.clear();
    }

    @Override
    public void close() throws DoppelException {
        lanes.values().forEach(WriteSession.Lane::close);
        closeReaders();
    }
}
