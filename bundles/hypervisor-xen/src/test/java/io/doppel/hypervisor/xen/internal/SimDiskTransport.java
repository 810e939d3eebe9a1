package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.DiskWriter;
import io.doppel.spi.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Opens the disk that an access of the kind {@code xapi-vdi} names, in the simulator's own store. */
record SimDiskTransport(DiskStore disks) implements Transport {
    @Override
    public String name() {
        return "sim-disk";
    }

    @Override
    public boolean supports(DiskAccess access) {
        return access.kind().equals("xapi-vdi");
    }

    @Override
    public DiskReader openReader(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        return new Open(access, false);
    }

    @Override
    public DiskWriter openWriter(DiskAccess access, SecretStore secrets, CancelToken cancel) throws DoppelException {
        return new Open(access, true);
    }

    private static DoppelException io(IOException e) {
        return new DoppelException(CommonError.IO, "The simulated disk failed", e);
    }

    private final class Open implements DiskReader, DiskWriter {
        private final LiveDisk disk;
        private final FileChannel channel;
        private final long size;

        Open(DiskAccess access, boolean writing) throws DoppelException {
            try {
                String vdi = access.parameters().get("vdi");
                size = Long.parseLong(access.parameters().get("size"));
                disk = writing ? disks.open(vdi) : disks.read(vdi);
                channel = FileChannel.open(disk.path(), writing ? StandardOpenOption.WRITE : StandardOpenOption.READ);
            } catch (IOException e) {
                throw io(e);
            }
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
            ByteBuffer into = ByteBuffer.wrap(buffer, from, length);
            try {
                while (into.hasRemaining()) {
                    if (channel.read(into, offset + into.position() - from) < 0) {
                        throw new IOException("short read");
                    }
                }
            } catch (IOException e) {
                throw io(e);
            }
        }

        @Override
        public List<ByteRange> allocated(ByteRange range) {
            return List.of(range);
        }

        @Override
        public boolean startsZeroed() {
            return true;
        }

        @Override
        public void write(long offset, byte[] buffer, int from, int length) throws DoppelException {
            ByteBuffer out = ByteBuffer.wrap(buffer, from, length);
            try {
                while (out.hasRemaining()) {
                    channel.write(out, offset + out.position() - from);
                }
            } catch (IOException e) {
                throw io(e);
            }
        }

        @Override
        public void zero(long offset, long length) throws DoppelException {
            write(offset, new byte[Math.toIntExact(length)], 0, Math.toIntExact(length));
        }

        @Override
        public void flush() throws DoppelException {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw io(e);
            }
        }

        @Override
        public int parallelism() {
            return 1;
        }

        @Override
        public void close() throws DoppelException {
            try (disk;
                    channel) {
                // both are closed
            } catch (IOException e) {
                throw io(e);
            }
        }
    }
}
