package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.Progress;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.disks.RawDiskWriter;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.VhdStreamWriter;
import io.doppel.mover.OpenEnds;
import io.doppel.mover.Transfer;
import io.doppel.mover.VersionReader;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A file for each disk: a dynamic VHD or a raw image. */
final class DiskExporter implements Exporter {
    static final String VHD = "vhd";
    static final String RAW = "raw";

    private final Vault vault;
    private final VersionManifest version;
    private final String format;
    private final Map<VersionManifest.Disk, Path> files = new LinkedHashMap<>();
    private final CoreContext context;

    /** @param format {@link #VHD} or {@link #RAW} */
    DiskExporter(
            Vault vault,
            VersionManifest version,
            List<VersionManifest.Disk> disks,
            String format,
            ExportNames names,
            CoreContext context)
            throws DoppelException {
        this.vault = vault;
        this.version = version;
        this.format = format;
        this.context = context;
        for (VersionManifest.Disk disk : disks) {
            files.put(disk, names.file("-" + disk.key(), format));
        }
    }

    @Override
    public Map<String, Path> files() {
        Map<String, Path> byKey = new LinkedHashMap<>();
        files.forEach((disk, file) -> byKey.put(disk.key(), file));
        return byKey;
    }

    @Override
    public void write(UnfinishedFiles unfinished) throws DoppelException, IOException {
        if (format.equals(RAW)) {
            writeRaw(unfinished);
            return;
        }
        for (Map.Entry<VersionManifest.Disk, Path> e : files.entrySet()) {
            writeVhd(e.getKey(), e.getValue(), unfinished);
        }
    }

    private void writeRaw(UnfinishedFiles unfinished) throws DoppelException, IOException {
        Map<String, String> names = new LinkedHashMap<>();
        files.keySet().forEach(disk -> names.put(disk.key(), disk.name()));
        DiskTasks tasks = new DiskTasks(context, names);
        try (OpenEnds ends = new OpenEnds()) {
            Transfer transfer = new Transfer(tasks, 0);
            for (Map.Entry<VersionManifest.Disk, Path> e : files.entrySet()) {
                String key = e.getKey().key();
                long size = e.getKey().size();
                Path part = unfinished.create(e.getValue(), path -> RawDiskWriter.create(path, size));
                transfer.write(
                        key,
                        ends.add(vault.openDisk(version.id(), key)),
                        ends.add(RawDiskWriter.open(part)),
                        Optional.empty());
            }
            transfer.run();
        }
        tasks.succeed("Written");
    }

    private void writeVhd(VersionManifest.Disk disk, Path file, UnfinishedFiles unfinished)
            throws DoppelException, IOException {
        TaskScope task = context.task().child(disk.name());
        try (VersionReader reader = new VersionReader(vault.openDisk(version.id(), disk.key()))) {
            VhdStreamWriter writer = VhdStreamWriter.dynamic(reader, UUID.randomUUID(), version.takenAt());
            StreamWatch watch =
                    new StreamWatch(context.cancel(), n -> task.progress(new Progress(writer.length(), n, n, n, 0)));
            Exporter.stream(file, unfinished, out -> writer.writeTo(out, watch));
        }
        task.succeed("Written");
    }
}
