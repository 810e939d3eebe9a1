package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/** Merges segments into one in a single pass. Holds about 1.1 MiB for each besides their tables of packs. Used by one thread. */
final class SegmentMerge {
    private final PackTable packs = new PackTable();
    private final PriorityQueue<Source> sources = new PriorityQueue<>();

    /** A segment at one of its entries. */
    private static final class Source implements Comparable<Source> {
        private final SegmentReader reader;
        /** Numbers in the new segment of the packs of this one; −1 for those whose entries are left out. */
        private final int[] numbers;

        private IndexEntry entry;

        Source(SegmentReader reader, int[] numbers) {
            this.reader = reader;
            this.numbers = numbers;
        }

        /** Goes to the next entry that is not left out. */
        boolean next() throws DoppelException {
            while (reader.next()) {
                IndexEntry e = reader.entry();
                if (numbers[e.pack()] >= 0) {
                    entry = new IndexEntry(numbers[e.pack()], e.offset(), e.stored(), e.raw(), e.codec());
                    return true;
                }
            }
            return false;
        }

        @Override
        public int compareTo(Source o) {
            int order = Arrays.compareUnsigned(
                    reader.ids(), reader.at(), reader.at() + 32, o.reader.ids(), o.reader.at(), o.reader.at() + 32);
            if (order == 0) {
                order = Integer.compare(entry.pack(), o.entry.pack());
            }
            return order == 0 ? Long.compare(entry.offset(), o.entry.offset()) : order;
        }
    }

    /**
     * Opens the segments.
     *
     * @param gone tells by name which packs are not there any more; their entries are left out
     */
    SegmentMerge(List<SegmentReader> readers, Predicate<String> gone) throws DoppelException {
        List<Source> all = new ArrayList<>();
        for (SegmentReader reader : readers) {
            PackTable theirs = reader.packs();
            int[] numbers = new int[theirs.size()];
            for (int i = 0; i < numbers.length; i++) {
                // what two segments tell of is taken from the first
                boolean taken = packs.number(theirs.high(i), theirs.low(i)) < 0 && !gone.test(theirs.name(i));
                numbers[i] = taken
                        ? packs.add(theirs.high(i), theirs.low(i), theirs.kind(i), theirs.size(i), theirs.records(i))
                        : -1;
            }
            all.add(new Source(reader, numbers));
        }
        for (Source s : all) {
            if (s.next()) {
                sources.add(s);
            }
        }
    }

    PackTable packs() {
        return packs;
    }

    /** Gives all entries in order. */
    void forEach(EntrySink sink) throws DoppelException {
        while (!sources.isEmpty()) {
            Source s = sources.poll();
            sink.entry(s.reader.ids(), s.reader.at(), s.entry);
            if (s.next()) {
                sources.add(s);
            }
        }
    }
}
