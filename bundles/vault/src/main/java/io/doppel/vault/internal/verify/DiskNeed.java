package io.doppel.vault.internal.verify;

import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Ranges;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Gathers who of one machine's disk needs something damaged, version after version, in bounded memory. */
final class DiskNeed {
    private final List<VerifyReport.NamedVersion> versions = new ArrayList<>();
    private final Set<ByteRange> places = new LinkedHashSet<>();
    private VersionManifest version;
    private VersionManifest.Disk disk;
    private long moreVersions;
    private boolean lost;
    /** Places of the version that is being walked. */
    private final List<ByteRange> here = new ArrayList<>();

    private long moreHere;
    private long morePlaces;

    /** Notes that a version needs it at a place; all of one version come together, ascending. */
    void add(VersionManifest of, VersionManifest.Disk its, long from, long to, boolean isLost) {
        if (of != version) {
            endVersion();
            version = of;
            if (versions.size() < VerifyReport.MOST_NAMED) {
                versions.add(new VerifyReport.NamedVersion(of.id(), of.takenAt()));
            } else {
                moreVersions++;
            }
        }
        disk = its;
        lost |= isLost;
        ByteRange last = here.isEmpty() ? null : here.get(here.size() - 1);
        if (here.size() < VerifyReport.MOST_NAMED || last.end() >= from) {
            Ranges.append(here, from, to);
        } else {
            moreHere++;
        }
    }

    private void endVersion() {
        for (ByteRange place : here) {
            if (places.size() < VerifyReport.MOST_NAMED || places.contains(place)) {
                places.add(place);
            } else {
                moreHere++;
            }
        }
        morePlaces = Math.max(morePlaces, moreHere);
        here.clear();
        moreHere = 0;
    }

    VerifyReport.Need told() {
        endVersion();
        return new VerifyReport.Need(
                version.host().name(),
                version.machine().id(),
                version.machine().name(),
                disk.key(),
                disk.name(),
                lost,
                versions,
                moreVersions,
                List.copyOf(places),
                morePlaces);
    }
}
