package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.Progress;
import io.doppel.core.internal.job.ContextWork;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.plugin.Guard;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.mover.OpenEnds;
import io.doppel.mover.VersionReader;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.export.MachineContent;
import io.doppel.spi.export.MachineFile;
import io.doppel.spi.export.MachineFormat;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One file of the whole machine, in a format that a plug-in writes. */
final class MachineExporter implements Exporter {
    private final Vault vault;
    private final VersionManifest version;
    private final List<VersionManifest.Disk> disks;
    private final MachineFormat format;
    private final Map<String, String> options;
    private final Path file;
    private final CoreContext context;

    MachineExporter(
            Vault vault,
            VersionManifest version,
            List<VersionManifest.Disk> disks,
            Plugin<MachineFormat> plugin,
            ExportNames names,
            CoreContext context)
            throws DoppelException {
        this.vault = vault;
        this.version = version;
        this.disks = disks;
        this.format = Guard.wrap(MachineFormat.class, plugin.service(), plugin.gate());
        this.context = context;
        context.dependOn(plugin.gate());
        if (!version.host().type().equals(format.hypervisorType())) {
            throw new DoppelException(
                    CommonError.UNSUPPORTED,
                    "Version '" + version.id() + "' is of a host of the type '"
                            + version.host().type() + "'; '" + plugin.name() + "' holds machines of the type '"
                            + format.hypervisorType() + "' only");
        }
        options = HostOptions.of(context, format.options(), "The format '" + plugin.name() + "'");
        file = names.file("", plugin.name());
    }

    @Override
    public Map<String, Path> files() {
        return Map.of("machine", file);
    }

    @Override
    public void write(UnfinishedFiles unfinished) throws DoppelException, IOException {
        TaskScope task = context.task().child(version.machine().name());
        try (OpenEnds ends = new OpenEnds()) {
            Map<String, DiskReader> readers = new LinkedHashMap<>();
            for (VersionManifest.Disk disk : disks) {
                readers.put(disk.key(), ends.add(new VersionReader(vault.openDisk(version.id(), disk.key()))));
            }
            MachineContent content = new MachineContent(
                    version.machine().name(),
                    version.takenAt(),
                    version.machineConfig(),
                    VersionRestore.machineDisks(disks),
                    readers,
                    options);
            MachineFile planned = format.plan(content, new ContextWork(context, task));
            long length = planned.length();
            Exporter.stream(
                    file,
                    unfinished,
                    out -> planned.writeTo(out, n -> task.progress(new Progress(length, n, n, n, 0))));
        }
        task.succeed("Written");
    }
}
