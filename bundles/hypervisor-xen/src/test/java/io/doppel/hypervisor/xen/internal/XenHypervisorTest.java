package io.doppel.hypervisor.xen.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.api.settings.SettingField;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.transport.Transport;
import io.doppel.tck.HypervisorContract;
import io.doppel.transport.nbd.NbdTransport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XenHypervisorTest extends HypervisorContract {
    @TempDir
    Path folder;

    private final HypervisorType type = new XenHypervisor();
    private SimHost sim;

    /** The contract makes a machine before anything else. */
    private SimHost sim() throws Exception {
        if (sim == null) {
            sim = new SimHost(folder);
        }
        return sim;
    }

    @AfterEach
    void stop() throws Exception {
        if (sim != null) {
            sim.close();
        }
    }

    /** When one of these changes the passwords are void, and must be given again. */
    @Test
    void whatSaysWhereThePasswordsGoIsAnAddress() {
        assertEquals(
                Set.of("address", "port", "scheme", "address-map", "proxy"),
                type.settings().fields().stream()
                        .filter(SettingField::isAddress)
                        .map(SettingField::name)
                        .collect(Collectors.toSet()));
    }

    @Override
    protected HypervisorType type() {
        return type;
    }

    @Override
    protected HostContext context(String installationId) throws Exception {
        return sim().context(installationId, sim().settings());
    }

    @Override
    protected List<Transport> transports() {
        return List.of(new NbdTransport(), new SimDiskTransport(sim.disks));
    }

    @Override
    protected String makeMachine(String name, List<byte[]> disks) throws Exception {
        return sim().makeMachine(name, disks);
    }

    @Override
    protected Map<String, byte[]> contents(String machine) throws Exception {
        return sim().contents(machine);
    }

    @Override
    protected void change(String machine, String diskKey, long offset, byte[] bytes) throws Exception {
        sim().write(sim().vdi(machine, diskKey), offset, bytes);
    }

    @Override
    protected Set<String> things() throws Exception {
        return sim().things();
    }
}
