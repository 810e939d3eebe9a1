package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.XvaCompression;
import io.doppel.disks.XvaWriter;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.export.MachineContent;
import io.doppel.spi.export.MachineFile;
import io.doppel.spi.export.MachineFormat;
import io.doppel.spi.hypervisor.HostWork;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.osgi.service.component.annotations.Component;

/** Machines of versions as XVA, which XenServer and XCP-ng import. */
@Component(service = MachineFormat.class)
public final class XvaFormat implements MachineFormat {
    private static final String COMPRESSION = "compression";
    private static final String NONE = "none";

    @Override
    public String name() {
        return "xva";
    }

    @Override
    public String title() {
        return "the machine with all of its disks, to be imported by XenServer and XCP-ng";
    }

    @Override
    public String hypervisorType() {
        return XenHypervisor.NAME;
    }

    @Override
    public SettingsSpec options() {
        return SettingsSpec.of(SettingField.choice(
                COMPRESSION,
                "How the file is compressed: zstd is fast, and older releases of XenServer do not read it; gzip is slow, and"
                        + " all of them read it",
                NONE,
                List.of(NONE, "zstd", "gzip")));
    }

    @Override
    public MachineFile plan(MachineContent machine, HostWork work) throws DoppelException {
        Optional<MachineConfig> known = MachineConfig.from(machine.machineConfig());
        if (known.isEmpty()) {
            work.warning("The version has no records of the machine; those in the file are of an ordinary machine");
        }
        MachineConfig config = known.orElseGet(MachineConfig::unknown);
        config.devices().forEach(device -> work.info("The file does not hold " + device.asText()));
        XvaDescription description = new XvaDescription(machine, config);
        Map<String, DiskReader> contents = new LinkedHashMap<>();
        description
                .disks()
                .forEach((key, ref) -> contents.put(ref, machine.readers().get(key)));
        String compression = machine.options().getOrDefault(COMPRESSION, NONE);
        return new Planned(
                XvaWriter.plan(description.root(), contents),
                XvaCompression.valueOf(compression.toUpperCase(Locale.ROOT)),
                work.cancel());
    }

    private record Planned(XvaWriter writer, XvaCompression compression, CancelToken cancel) implements MachineFile {
        @Override
        public long length() {
            return writer.length();
        }

        @Override
        public void writeTo(OutputStream out, LongConsumer progress) throws DoppelException, IOException {
            writer.writeTo(out, compression, new StreamWatch(cancel, progress));
        }
    }
}
