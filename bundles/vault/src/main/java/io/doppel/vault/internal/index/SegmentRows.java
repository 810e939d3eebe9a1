package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The records of some packs as the entries of an index segment, in memory: about 70 bytes a record besides the packs' own. */
final class SegmentRows {
    private static final Comparator<Row> ORDER = Comparator.comparing(Row::id, Arrays::compareUnsigned)
            .thenComparing(Row::pack)
            .thenComparing(r -> r.record().offset());

    private final PackTable packs = new PackTable();
    private final List<Row> rows = new ArrayList<>();

    /** A record of a pack that has that number in the segment. */
    private record Row(int pack, RecordInfo record) {
        byte[] id() {
            return record.id();
        }
    }

    /** Sorts the packs' records. */
    SegmentRows(List<PackInfo> infos) {
        for (PackInfo p : infos) {
            int pack = packs.add(p.name(), p.kind(), p.size(), p.records().size());
            p.records().forEach(r -> rows.add(new Row(pack, r)));
        }
        rows.sort(ORDER);
    }

    PackTable packs() {
        return packs;
    }

    int size() {
        return rows.size();
    }

    /** Gives all entries in order. */
    void forEach(EntrySink sink) throws DoppelException {
        for (Row r : rows) {
            RecordInfo i = r.record();
            sink.entry(i.id(), 0, new IndexEntry(r.pack(), i.offset(), i.stored(), i.raw(), i.codec()));
        }
    }
}
