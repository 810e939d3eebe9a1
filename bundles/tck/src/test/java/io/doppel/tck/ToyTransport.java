package io.doppel.tck;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.disk.Place;
import io.doppel.spi.transport.Transport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

/** Disks in memory, with the faults asked for. */
final class ToyTransport implements Transport {
    private static final String KIND = "toy";
    private static final int PAGE = 4096;

    private final Set<Fault> faults;
    private final Map<String, byte[]> disks = new HashMap<>();
    private final Set<String> failing = new HashSet<>();
    private volatile boolean stopped;

    ToyTransport(Set<Fault> faults) {
        this.faults = faults;
    }

    /** The access to a disk that has this content from now on; the array is the disk. */
    synchronized DiskAccess add(byte[] content) {
        String id = UUID.randomUUID().toString();
        disks.put(id, content);
        return access(id);
    }

    /** The access to a disk whose second half cannot be read. */
    synchronized DiskAccess addFailing(int size) {
        DiskAccess access = add(new byte[size]);
        failing.add(access.parameters().get("id"));
        return access;
    }

    DiskAccess access(String id) {
        return new DiskAccess(KIND, Place.ANYWHERE, true, 1, Optional.empty(), Map.of("id", id), Map.of());
    }

    synchronized byte[] disk(DiskAccess access) throws DoppelException {
        byte[] disk = disks.get(access.parameters().get("id"));
        if (disk == null && faults.contains(Fault.MISSING_DISK_READS_ZEROS)) {
            return new byte[0];
        }
        if (disk == null) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no such disk");
        }
        return disk;
    }

    private synchronized void grow(DiskAccess access, int size) {
        disks.compute(access.parameters().get("id"), (id, disk) -> Arrays.copyOf(disk, size));
    }

    @Override
    public String name() {
        return KIND;
    }

    @Override
    public boolean supports(DiskAccess access) {
        return faults.contains(Fault.SUPPORTS_EVERYTHING) || access.kind().equals(KIND);
    }

    @Override
    public synchronized DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel)
            throws DoppelException {
        return new Reader(disk(access), failing.contains(access.parameters().get("id")));
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        return new Writer(access, disk(access));
    }

    private static void checkOpen(boolean open) throws DoppelException {
        if (!open) {
            throw new DoppelException(CommonError.IO, "It is closed");
        }
    }

    private final class Reader implements DiskReader {
        private final byte[] disk;
        private final boolean fails;
        private volatile long position;
        private volatile boolean open = true;
        private volatile boolean interrupted;

        Reader(byte[] disk, boolean fails) {
            this.disk = disk;
            this.fails = fails;
        }

        @Override
        public long size() {
            return disk.length;
        }

        @Override
        public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
            checkOpen(open || faults.contains(Fault.CLOSED_READER_READS));
            if (fails && offset + length > disk.length / 2) {
                throw new DoppelException(CommonError.IO, "The disk cannot be read at " + offset);
            }
            checkOpen(!stopped);
            int wanted = length;
            if (faults.contains(Fault.READ_SHORT_AT_END)) {
                wanted = (int) Math.max(0, Math.min(length, disk.length - offset));
            }
            Objects.checkFromIndexSize(wanted == 0 ? 0 : offset, wanted, disk.length);
            position = offset;
            if (faults.contains(Fault.READ_SHARES_POSITION)) {
                Thread.yield();
            }
            long at = faults.contains(Fault.READ_SHARES_POSITION) ? position : offset;
            if (faults.contains(Fault.READ_OFF_BY_ONE) && at > 0 && at + wanted < disk.length) {
                at++;
            }
            if (interrupted && faults.contains(Fault.INTERRUPT_SPOILS_BYTES)) {
                return;
            }
            System.arraycopy(disk, (int) Math.min(at, disk.length - (long) wanted), buffer, from, wanted);
        }

        @Override
        public void interrupt() {
            interrupted = true;
            stopped = faults.contains(Fault.INTERRUPT_STOPS_OTHERS);
        }

        @Override
        public List<ByteRange> allocated(ByteRange range) {
            if (faults.contains(Fault.ALLOCATED_NOT_CLIPPED)) {
                return List.of(new ByteRange(0, disk.length));
            }
            List<ByteRange> found = new ArrayList<>();
            long end = Math.min(range.end(), disk.length);
            for (long at = range.offset(); at < end; at = (at / PAGE + 1) * PAGE) {
                int length = (int) (Math.min(end, (at / PAGE + 1) * PAGE) - at);
                int looked = faults.contains(Fault.ALLOCATED_FORGETS_DATA) ? Math.min(length, 100) : length;
                if (!DiskData.isZero(disk, (int) at, looked)) {
                    found.add(new ByteRange(at, length));
                }
            }
            return found;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    private final class Writer implements DiskWriter {
        private final DiskAccess access;
        private final byte[] disk;
        private volatile boolean open = true;

        Writer(DiskAccess access, byte[] disk) {
            this.access = access;
            this.disk = disk;
        }

        @Override
        public long size() {
            return disk.length;
        }

        @Override
        public boolean startsZeroed() {
            return faults.contains(Fault.CLAIMS_ZEROED) || DiskData.isZero(disk, 0, disk.length);
        }

        @Override
        public void write(long offset, byte[] buffer, int from, int length) throws DoppelException {
            change(offset, length, (at, n) -> System.arraycopy(buffer, from, disk, at, n));
        }

        @Override
        public void zero(long offset, long length) throws DoppelException {
            if (faults.contains(Fault.ZERO_DOES_NOTHING)) {
                return;
            }
            int more = faults.contains(Fault.ZERO_TOO_MUCH) && offset + length < disk.length ? 1 : 0;
            change(offset, (int) length, (at, n) -> Arrays.fill(disk, at, at + n + more, (byte) 0));
        }

        private void change(long offset, int length, BiConsumer<Integer, Integer> how) throws DoppelException {
            checkOpen(open || faults.contains(Fault.CLOSED_WRITER_WRITES));
            if (faults.contains(Fault.WRITE_GROWS_DISK) && offset + length > disk.length) {
                grow(access, (int) offset + length);
                return;
            }
            Objects.checkFromIndexSize(offset, length, disk.length);
            if (!faults.contains(Fault.WRITE_LOST) || offset % 3 != 0) {
                how.accept((int) offset, length);
            }
        }

        @Override
        public void flush() throws DoppelException {
            checkOpen(open);
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
