package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.DiskSink;
import io.doppel.disks.XvaManifest;

/** One disk of an XVA being read. */
final class XvaDisk {
    private final StreamSource in;
    private final XvaManifest.Disk disk;
    private final DiskSink sink;
    private long number = -1;
    private long offset;

    /** Bytes in a chunk, which the first one shows. */
    private long chunkSize = -1;

    XvaDisk(StreamSource in, XvaManifest.Disk disk, DiskSink sink) {
        this.in = in;
        this.disk = disk;
        this.sink = sink;
    }

    String ref() {
        return disk.ref();
    }

    /**
     * Takes a chunk. Chunks that are missing before it are zeros of the size of the first one. One without bytes has a number
     * but no place.
     */
    void chunk(long next, byte[] buffer, int length) throws DoppelException {
        if (next <= number) {
            throw in.corrupt("chunk " + next + " of " + ref() + " behind chunk " + number);
        }
        if (chunkSize < 0) {
            if (next > 0) {
                throw in.corrupt("no first chunk of " + ref());
            }
            chunkSize = length;
        }
        long missing = next - number - 1;
        if (missing > 0) {
            leaveOut(missing);
        }
        if (length > disk.size() - offset) {
            throw in.corrupt("more data than the disk " + ref() + " has room for");
        }
        if (length > 0) {
            sink.data(offset, buffer, 0, length);
            offset += length;
        }
        number = next;
    }

    private void leaveOut(long chunks) throws DoppelException {
        // The last chunk is never left out, so what is missing ends before the disk does.
        if (chunkSize == 0 || chunks >= (disk.size() - offset + chunkSize - 1) / chunkSize) {
            throw in.corrupt("an impossible number of chunks left out of " + ref());
        }
        sink.absent(offset, chunks * chunkSize);
        offset += chunks * chunkSize;
    }

    /** No more chunks come. */
    void end() throws DoppelException {
        if (offset < disk.size()) {
            throw new DoppelException(
                    DiskError.CUT_OFF,
                    in.what() + " has only " + offset + " of " + disk.size() + " bytes of the disk " + ref());
        }
        sink.end();
    }
}
