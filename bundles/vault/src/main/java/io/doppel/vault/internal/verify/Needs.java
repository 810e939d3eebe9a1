package io.doppel.vault.internal.verify;

import io.doppel.vault.VerifyReport;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.Location;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Gathers who needs what is damaged, in memory that the limits of {@link VerifyReport} bound. Used by one thread. */
final class Needs {
    private final ChunkIndex index;
    private final Damage damage;
    private final Map<Damage.Place, OfOne> all = new LinkedHashMap<>();
    private final long more;

    /** A disk of a machine, whatever the version. */
    private record DiskOfMachine(String host, String machine, String disk) {}

    /** Who needs one record, or one pack. */
    private static final class OfOne {
        private final Map<DiskOfMachine, DiskNeed> needs = new LinkedHashMap<>();
        private boolean more;
    }

    Needs(ChunkIndex index, Damage damage) {
        this.index = index;
        this.damage = damage;
        List<Damage.Place> places = Stream.concat(
                        damage.packs().stream().map(p -> new Damage.Place(p, VerifyReport.Damaged.WHOLE)),
                        damage.records().stream().filter(r -> !damage.packs().contains(r.pack())))
                .filter(p -> !index.isCleared(p.pack()))
                .sorted(Comparator.comparing((Damage.Place p) -> index.packObject(p.pack()))
                        .thenComparing(Damage.Place::offset))
                .toList();
        places.stream().limit(VerifyReport.MOST_DAMAGED).forEach(p -> all.put(p, new OfOne()));
        this.more = places.size() - all.size();
    }

    /** Notes that a version needs something at a place of a disk, some of whose copies may be damaged. */
    void add(
            List<Location> copies,
            VersionManifest version,
            VersionManifest.Disk disk,
            long from,
            long to,
            boolean lost) {
        for (Location copy : copies) {
            if (!damage.hits(copy)) {
                continue;
            }
            boolean whole = damage.packs().contains(copy.pack());
            OfOne one = all.get(new Damage.Place(copy.pack(), whole ? VerifyReport.Damaged.WHOLE : copy.offset()));
            if (one != null) {
                add(one, version, disk, from, to, lost);
            }
        }
    }

    private static void add(
            OfOne one, VersionManifest version, VersionManifest.Disk disk, long from, long to, boolean lost) {
        DiskOfMachine key =
                new DiskOfMachine(version.host().name(), version.machine().id(), disk.key());
        DiskNeed need = one.needs.get(key);
        if (need == null) {
            if (one.needs.size() == VerifyReport.MOST_DISKS) {
                one.more = true;
                return;
            }
            need = new DiskNeed();
            one.needs.put(key, need);
        }
        need.add(version, disk, from, to, lost);
    }

    List<VerifyReport.Damaged> told() {
        List<VerifyReport.Damaged> told = new ArrayList<>();
        all.forEach((place, one) -> told.add(new VerifyReport.Damaged(
                index.packObject(place.pack()),
                place.offset(),
                one.needs.values().stream().map(DiskNeed::told).toList(),
                one.more)));
        return told;
    }

    long more() {
        return more;
    }
}
