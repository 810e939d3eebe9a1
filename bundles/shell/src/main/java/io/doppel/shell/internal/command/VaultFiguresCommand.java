package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.FigureService;
import io.doppel.api.vault.MachineFigures;
import io.doppel.api.vault.VaultFigures;
import io.doppel.shell.internal.VaultCommand;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.time.Instant;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Shows how much is in a vault. */
@Service
@Command(
        scope = "doppel",
        name = "vault-figures",
        description = "Show how much is in a vault, how it grows, and what a purge would free")
public final class VaultFiguresCommand extends VaultCommand {
    @Option(name = "--machines", description = "Show the machines instead of the vault as a whole")
    boolean machines;

    @Reference
    FigureService figures;

    @Override
    protected void run(String vault) throws DoppelException {
        VaultFigures found = figures.figures(vault);
        print(found, machines ? byMachine(found) : whole(found));
    }

    private Table whole(VaultFigures f) {
        boolean measured = f.usedMeasured().isAfter(Instant.EPOCH);
        String since =
                measured ? "measured " + Human.time(f.usedMeasured(), screen().zone()) : "no purge has measured it yet";
        return new Table("")
                .name("FIGURE")
                .figure("VALUE")
                .text("WHAT")
                .row("versions", f.versions(), "of " + Human.count(f.machines().size(), "machine"))
                .row("logical", Human.bytes(f.logicalBytes()), "size of the disks of all versions")
                .row("data", Human.bytes(f.dataBytes()), "of it not known zeros")
                .row("unique", Human.bytes(f.uniqueBytes()), "chunks before compression, each once")
                .row("stored", Human.bytes(f.storedBytes()), "in the vault")
                .row("dedup", ratio(f.dedupRatio()), "data for each unique byte")
                .row("compression", ratio(f.compressionRatio()), "unique for each stored byte")
                .row("growth, 7 days", Human.bytes(f.growth7()), "added a day")
                .row("growth, 30 days", Human.bytes(f.growth30()), "added a day")
                .row("unused", "~" + Human.bytes(f.unusedBytes()), "no version needs it; " + since)
                .row("retention", f.droppable() < 0 ? "?" : f.droppable(), "versions that a purge would drop")
                .row("purge frees", "~" + Human.bytes(f.purgeBytes()), "an estimate; purge --dry-run tells exactly");
    }

    private static Table byMachine(VaultFigures f) {
        Table table = new Table("The vault has no versions.")
                .text("MACHINE")
                .figure("VERSIONS")
                .figure("LOGICAL")
                .figure("DATA")
                .figure("NEW")
                .figure("STORED")
                .figure("DEDUP")
                .minor()
                .figure("COMPR")
                .minor()
                .figure("7 DAYS")
                .figure("30 DAYS");
        for (MachineFigures m : f.machines()) {
            table.row(
                    m.host() + "/" + m.machineName(),
                    m.versions(),
                    Human.bytes(m.logicalBytes()),
                    Human.bytes(m.dataBytes()),
                    m.unnoted() > 0 ? "-" : Human.bytes(m.newBytes()),
                    Human.bytes(m.storedBytes()),
                    ratio(m.dedupRatio()),
                    ratio(m.compressionRatio()),
                    Human.bytes(m.growth7()),
                    Human.bytes(m.growth30()));
        }
        return table;
    }

    /** For example {@code 3.21}; a dash if it is not known. */
    private static String ratio(double value) {
        return value == 0 ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }
}
