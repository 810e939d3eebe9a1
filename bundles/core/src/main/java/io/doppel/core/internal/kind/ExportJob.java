package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VersionView;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.export.MachineFormat;
import io.doppel.vault.Hold;
import io.doppel.vault.Vault;
import io.doppel.vault.VersionManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kind {@code export}: writes a version's disks to image files, or the whole machine to one of a plug-in's format. */
public final class ExportJob extends Kind {
    private static final String VERSION = "version";
    private static final String TO = "to";
    private static final String FORMAT = "format";
    private static final String DISKS = "disks";
    private static final String DRY_RUN = "dry-run";

    private final Plugins plugins;
    private final Vaults vaults;

    /** Made by the core. */
    public ExportJob(Plugins plugins, Vaults vaults) {
        super("export", "Write a version to files", () -> options(plugins), false);
        this.plugins = plugins;
        this.vaults = vaults;
    }

    private static SettingsSpec options(Plugins plugins) {
        List<Plugin<MachineFormat>> others = plugins.formats().all();
        List<String> names = new ArrayList<>(List.of(DiskExporter.VHD, DiskExporter.RAW));
        others.stream().map(Plugin::name).distinct().forEach(names::add);
        String titles = others.stream()
                .map(f -> " " + f.name() + " is one file: " + f.service().title() + ".")
                .distinct()
                .collect(Collectors.joining());
        return SettingsSpec.of(
                SettingField.required(VERSION, SettingType.TEXT, "Id of the version, or the beginning of it."),
                SettingField.required(TO, SettingType.PATH, "Folder of the server that the files are made in."),
                SettingField.choice(
                        FORMAT,
                        "Format of the files: vhd is dynamic and needs room for the data alone; raw is sparse."
                                + titles,
                        DiskExporter.VHD,
                        names),
                SettingField.optional(DISKS, SettingType.LIST, "Keys of the disks wanted; all if empty."),
                HostOptions.FIELD,
                SettingField.optional(DRY_RUN, SettingType.BOOLEAN, "Only log which files would be made.")
                        .withDefault("false"));
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        VersionView view = vaults.known().version(context.options().text(VERSION));
        try (Claims.Hold claimed = context.claim(List.of(Claim.vault(view.vault())))) {
            Vault vault = vaults.open(view.vault(), context);
            VersionManifest version = vault.version(view.id());
            Exporter exporter = exporter(vault, version, context);
            Map<String, Path> files = exporter.files();
            if (context.options().flag(DRY_RUN)) {
                files.forEach(
                        (key, file) -> context.task().log(LogLine.Level.INFO, "Would write '" + key + "' to " + file));
                context.task().succeed("Nothing was written: a dry run");
                return;
            }
            write(exporter, vault, view, context);
            files.forEach((key, file) -> context.task().result("file " + key, file.toString()));
            context.task()
                    .succeed("Version " + version.id() + " was written to "
                            + context.options().path(TO));
        }
    }

    private Exporter exporter(Vault vault, VersionManifest version, CoreContext context) throws DoppelException {
        ExportNames names = new ExportNames(version, context.options().path(TO));
        List<VersionManifest.Disk> disks =
                VersionRestore.wanted(version, context.options().list(DISKS));
        String format = context.options().text(FORMAT);
        if (!format.equals(DiskExporter.VHD) && !format.equals(DiskExporter.RAW)) {
            return new MachineExporter(vault, version, disks, plugins.formats().get(format), names, context);
        }
        HostOptions.of(context, SettingsSpec.of(), "The format '" + format + "'");
        return new DiskExporter(vault, version, disks, format, names, context);
    }

    /** On failure and on cancel no file is left. */
    private static void write(Exporter exporter, Vault vault, VersionView view, CoreContext context)
            throws DoppelException {
        Optional<Hold> hold = VersionRestore.hold(vault, view, "export", context);
        try (UnfinishedFiles unfinished = new UnfinishedFiles()) {
            exporter.write(unfinished);
            context.cancel().check();
            unfinished.finish();
        } catch (IOException e) {
            throw new DoppelException(CommonError.IO, "A file of the export cannot be written: " + e.getMessage(), e);
        } finally {
            hold.ifPresent(Hold::close);
        }
    }
}
