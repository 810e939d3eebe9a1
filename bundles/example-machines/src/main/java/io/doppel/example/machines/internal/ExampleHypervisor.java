package io.doppel.example.machines.internal;

import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import org.osgi.service.component.annotations.Component;

/** A hypervisor without hardware: machines whose disks are computed. To start a plug-in from, and to try jobs without machines. */
@Component
public final class ExampleHypervisor implements HypervisorType {
    static final String MACHINES = "machines";
    static final String DISK_SIZE = "disk-size";
    static final String RATE = "rate";

    private static final long MOST_BYTES = 1L << 50;

    @Override
    public String name() {
        return "example";
    }

    @Override
    public String title() {
        return "Machines with computed disks, for trying things";
    }

    @Override
    public SettingsSpec settings() {
        return SettingsSpec.of(
                SettingField.optional(MACHINES, SettingType.INTEGER, "How many machines there are")
                        .withDefault("1")
                        .withLimits(1, 1000),
                SettingField.optional(DISK_SIZE, SettingType.SIZE, "Size of each machine's disk")
                        .withDefault("64M")
                        .withLimits(0, MOST_BYTES),
                SettingField.optional(
                                RATE, SettingType.SIZE, "Bytes a second that a disk can be read with; 0 for no limit")
                        .withDefault("0")
                        .withLimits(0, MOST_BYTES)
                        .withUnit("bytes/s"));
    }

    @Override
    public HypervisorHost connect(HostContext context) {
        return new ExampleHost(context);
    }
}
