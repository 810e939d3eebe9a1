package io.doppel.transport.xapi.internal;

import io.doppel.spi.disk.DiskAccess;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Disks of a simulated pool, read as VHD streams and written by raw imports. */
class DiskContractTest extends SimContract {
    @Override
    protected List<Integer> sizes() {
        return List.of(512, 4096, 4608, 65_536, (2 << 20) - 512, 3 << 20);
    }

    @Override
    protected DiskAccess readable(byte[] content) throws Exception {
        String vdi = ground.pool.disk(ground.pool.machine("m", content.length), 0);
        ground.fill(vdi, content);
        return ground.vdi(vdi, false);
    }

    @Override
    protected Optional<DiskAccess> writable(long size) throws Exception {
        return Optional.of(ground.vdi(ground.pool.disk(ground.pool.machine("m", size), 0), true));
    }

    @Override
    protected DiskAccess missing() {
        return ground.access(Access.VDI, Map.of("vdi", "00000000-0000-4000-8000-000000000000", "size", "4096"));
    }
}
