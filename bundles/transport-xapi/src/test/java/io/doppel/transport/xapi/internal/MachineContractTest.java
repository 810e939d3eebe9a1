package io.doppel.transport.xapi.internal;

import io.doppel.spi.disk.DiskAccess;
import java.util.List;
import java.util.Map;

/** The second disk of machines of a simulated pool, read out of their XVA streams. */
class MachineContractTest extends SimContract {
    @Override
    protected List<Integer> sizes() {
        return List.of(512, 4608, 1 << 20, (2 << 20) - 512);
    }

    @Override
    protected DiskAccess readable(byte[] content) throws Exception {
        String vm = ground.pool.machine("m", 3 << 20, content.length);
        String vdi = ground.pool.disk(vm, 1);
        ground.fill(vdi, content);
        return ground.xva(vm, vdi);
    }

    @Override
    protected DiskAccess missing() {
        return ground.access(
                Access.XVA,
                Map.of(
                        "vm", ground.pool.machine("m", 4096),
                        "disk", "00000000-0000-4000-8000-000000000000",
                        "size", "4096"));
    }
}
