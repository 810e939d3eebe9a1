package io.doppel.hypervisor.folder;

import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.hypervisor.folder.internal.FolderTransport;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.transport.Transport;
import io.doppel.tck.HypervisorContract;
import io.doppel.tck.MemoryOfHost;
import io.doppel.tck.NoSecrets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

class FolderHypervisorTest extends HypervisorContract {
    @TempDir
    Path folder;

    private final HypervisorType type = new FolderHypervisor();

    @Override
    protected HypervisorType type() {
        return type;
    }

    @Override
    protected HostContext context(String installationId) throws Exception {
        Map<String, String> values = Map.of("path", folder.toString());
        return new HostContext("h", installationId, type.settings().parse(values), new NoSecrets(), new MemoryOfHost());
    }

    @Override
    protected List<Transport> transports() {
        return List.of(new FolderTransport());
    }

    @Override
    protected String makeMachine(String name, List<byte[]> disks) throws Exception {
        return RawMachines.make(folder, name, disks);
    }

    @Override
    protected Map<String, byte[]> contents(String machine) throws Exception {
        return RawMachines.contents(folder, machine);
    }

    @Override
    protected void change(String machine, String diskKey, long offset, byte[] bytes) throws Exception {
        RawMachines.change(folder, machine, diskKey, offset, bytes);
    }

    @Override
    protected Set<String> things() throws Exception {
        return RawMachines.things(folder);
    }
}
