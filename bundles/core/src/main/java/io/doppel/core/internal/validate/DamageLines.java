package io.doppel.core.internal.validate;

import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.VerifyReport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Who needs what is damaged, in lines for people; as many as a log bears. */
public final class DamageLines {
    private static final int MOST = 2000;

    private DamageLines() {}

    /**
     * A line.
     *
     * @param lost whether it tells of something of which no sound copy is left
     */
    record Line(boolean lost, String text) {}

    /** One line for each damaged part and disk that needs it. */
    static List<Line> of(VerifyReport report) {
        List<Line> lines = new ArrayList<>();
        long left = report.moreDamaged();
        for (VerifyReport.Damaged d : report.damaged()) {
            if (lines.size() >= MOST) {
                left++;
                continue;
            }
            if (d.needs().isEmpty()) {
                lines.add(new Line(false, d.what() + " is damaged; no version that can be read needs it"));
            }
            d.needs().forEach(need -> lines.add(new Line(need.lost(), d.what() + " is damaged: " + text(need))));
            if (d.more()) {
                lines.add(new Line(d.lost(), d.what() + ": and disks of more machines"));
            }
        }
        if (left > 0) {
            lines.add(new Line(true, left + " more records or packs are damaged"));
        }
        return lines;
    }

    private static String text(VerifyReport.Need need) {
        return "machine '" + need.machineName() + "' on host '" + need.host() + "', disk '" + need.diskKey() + "' ("
                + need.diskName() + "), bytes "
                + need.places().stream().map(DamageLines::text).collect(Collectors.joining(", "))
                + more(need.morePlaces()) + ", in versions "
                + need.versions().stream()
                        .map(v -> v.id() + " (" + v.takenAt() + ")")
                        .collect(Collectors.joining(", "))
                + more(need.moreVersions())
                + (need.lost() ? "; no sound copy is left" : "; a sound copy is elsewhere, nothing is lost");
    }

    /** A range, the byte behind it not included. */
    public static String text(ByteRange range) {
        return range.offset() + " to " + range.end();
    }

    private static String more(long count) {
        return count == 0 ? "" : " and " + count + " more";
    }
}
