package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.transport.Transport;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The hypervisor contract must notice each fault, and pass what is right. */
class HypervisorMutantsTest {
    private static Set<Fault> faults = Set.of();

    static class Subject extends HypervisorContract {
        private final ToyWorld world = new ToyWorld();

        @Override
        protected HypervisorType type() {
            return new ToyType(world);
        }

        @Override
        protected HostContext context(String installationId) throws Exception {
            return new HostContext(
                    "toy",
                    installationId,
                    type().settings().parse(Map.of("path", "/toy")),
                    new NoSecrets(),
                    new MemoryOfHost());
        }

        @Override
        protected List<Transport> transports() {
            return List.of(world.transport);
        }

        @Override
        protected String makeMachine(String name, List<byte[]> disks) {
            Map<String, byte[]> byKey = new TreeMap<>();
            disks.forEach(disk -> byKey.put("disk" + byKey.size(), disk.clone()));
            return world.add("machine", name, "", byKey).id;
        }

        @Override
        protected Map<String, byte[]> contents(String machine) {
            Map<String, byte[]> copy = new TreeMap<>(world.things.get(machine).disks);
            copy.replaceAll((key, bytes) -> bytes.clone());
            return copy;
        }

        @Override
        protected void change(String machine, String diskKey, long offset, byte[] bytes) {
            System.arraycopy(bytes, 0, world.things.get(machine).disks.get(diskKey), (int) offset, bytes.length);
        }

        @Override
        protected Set<String> things() {
            return Set.copyOf(world.things.keySet());
        }
    }

    private record ToyType(ToyWorld world) implements HypervisorType {
        @Override
        public String name() {
            return "toy";
        }

        @Override
        public String title() {
            return "A toy";
        }

        @Override
        public SettingsSpec settings() {
            return SettingsSpec.of(SettingField.required("path", SettingType.PATH, "Where it is."));
        }

        @Override
        public HypervisorHost connect(HostContext context) {
            return new ToyHost(world, faults, context.installationId());
        }
    }

    @Test
    void theRightOnePasses() {
        faults = Set.of();
        ContractRun run = ContractRun.of(Subject.class);
        assertEquals(List.of(), run.failures());
        assertTrue(run.found() >= 19, "tests found: " + run.found());
    }

    @ParameterizedTest
    @EnumSource(from = "SNAPSHOT_IS_LIVE", to = "LOSES_NAME")
    void everyFaultIsNoticed(Fault fault) {
        faults = EnumSet.of(fault);
        assertFalse(ContractRun.of(Subject.class).failures().isEmpty(), "the contract does not notice " + fault);
    }
}
