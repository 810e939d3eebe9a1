package io.doppel.mover;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;

/** A disk whose first read waits for that of its sisters, so that each disk has a thread, and thereby a pack, of its own. */
final class LanedDisk implements DiskReader {
    private final Bytes disk;
    private final CyclicBarrier sisters;
    private final AtomicBoolean first = new AtomicBoolean(true);

    LanedDisk(byte[] content, CyclicBarrier sisters) {
        this.disk = new Bytes(content);
        this.sisters = sisters;
    }

    @Override
    public long size() {
        return disk.size();
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        if (first.getAndSet(false)) {
            try {
                sisters.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new DoppelException(CommonError.INTERNAL, "The disks did not come together", e);
            }
        }
        System.arraycopy(disk.content, (int) offset, buffer, from, length);
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) {
        return List.of(range);
    }

    @Override
    public void close() {}
}
