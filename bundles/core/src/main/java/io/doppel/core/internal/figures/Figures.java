package io.doppel.core.internal.figures;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.FigureService;
import io.doppel.api.vault.VaultFigures;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.UseRecord;
import io.doppel.catalog.UseRecords;
import io.doppel.core.RetentionError;
import io.doppel.core.internal.retention.Retentions;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.vault.CollectReport;
import io.doppel.vault.Vault;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Figures out of the catalogue and the index of a vault, without reading its data (docs/figures.md). */
public final class Figures implements FigureService {
    private final Vaults vaults;
    private final Retentions retention;
    private final UseRecords use;
    private final Clock clock;

    /** Made by the core. */
    public Figures(Vaults vaults, Retentions retention, UseRecords use, Clock clock) {
        this.vaults = vaults;
        this.retention = retention;
        this.use = use;
        this.clock = clock;
    }

    @Override
    public VaultFigures figures(String name) throws DoppelException {
        Vault vault = vaults.open(name);
        Instant now = clock.instant();
        List<VersionView> versions = versionsOf(name);
        VersionSums sums = new VersionSums(versions, now);
        Optional<UseRecord> measured = use.find(vault.id());
        long stored = vault.packBytes();
        // what was needed when somebody looked, and what versions have added or taken away since
        long used = measured.map(m -> m.usedBytes() - m.versionBytes()).orElse(0L) + sums.of(VersionView::storedBytes);
        Optional<List<VersionView>> droppable = droppable(name);
        return new VaultFigures(
                name,
                now,
                versions.size(),
                sums.of(VersionView::logicalBytes),
                sums.of(VersionView::dataBytes),
                vault.uniqueBytes(),
                stored,
                Math.max(0, Math.min(stored, stored - used)),
                measured.map(UseRecord::measured).orElse(Instant.EPOCH),
                droppable.map(List::size).orElse(-1),
                new VersionSums(droppable.orElse(List.of()), now).of(VersionView::storedBytes),
                sums.growth(7),
                sums.growth(30),
                sums.machines());
    }

    /** Bytes a day that the versions of the last 30 days added to a vault, which need not be open. */
    public long growthPerDay(String vault) throws DoppelException {
        return new VersionSums(versionsOf(vault), clock.instant()).growth(30);
    }

    private List<VersionView> versionsOf(String vault) throws DoppelException {
        return vaults.known().list(Optional.of(vault), Optional.empty());
    }

    /** What retention would drop; empty as long as it doubts the clock. */
    private Optional<List<VersionView>> droppable(String vault) throws DoppelException {
        try {
            return Optional.of(retention.wouldDrop(vault));
        } catch (DoppelException e) {
            if (e.is(RetentionError.CLOCK_AHEAD) || e.is(RetentionError.CLOCK_BEHIND)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * A purge, or a dry run of one, has found out what versions need.
     *
     * @param without versions that it took for removed
     */
    public void measured(String name, Vault vault, CollectReport report, Set<String> without) throws DoppelException {
        long versionBytes = versionsOf(name).stream()
                .filter(version -> !without.contains(version.id()))
                .mapToLong(VersionView::storedBytes)
                .sum();
        use.put(new UseRecord(vault.id(), clock.instant(), report.bytesInUse(), versionBytes));
    }
}
