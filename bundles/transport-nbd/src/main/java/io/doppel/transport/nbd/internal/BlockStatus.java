package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Which parts of an export a context says something about. */
final class BlockStatus {
    private static final int STATE_ZERO = 1 << 1;
    private static final int STATE_DIRTY = 1;
    /** Longest range of one request, whose length has 32 bits; a multiple of every block size. */
    private static final int STEP = 1 << 30;

    private final Connections connections;
    private final Export export;

    BlockStatus(Connections connections) {
        this.connections = connections;
        this.export = connections.export();
    }

    /** What may hold something other than zeros; the whole range if the server does not tell, or fails to. */
    List<ByteRange> allocated(ByteRange range) throws DoppelException {
        return walk(range, export.allocation(), flags -> (flags & STATE_ZERO) == 0, failed -> {
            connections.warn("Reading all from " + failed.offset() + " on: "
                    + failed.failure(connections.target()).getMessage());
        });
    }

    /** What the bitmap says has changed; there must be one. */
    List<ByteRange> changed(ByteRange range) throws DoppelException {
        return walk(range, export.bitmap(), flags -> (flags & STATE_DIRTY) != 0, failed -> {
            throw failed.failure(connections.target());
        });
    }

    /** Told when the server answers with an error; what is not known then counts as wanted, unless this throws. */
    private interface OnError {
        void failed(Request request) throws DoppelException;
    }

    private List<ByteRange> walk(ByteRange range, long context, IntPredicate wanted, OnError onError)
            throws DoppelException {
        long from = Math.min(range.offset(), export.size());
        long to = Math.min(range.end(), export.size());
        List<ByteRange> ranges = new ArrayList<>();
        if (context == Export.NONE) {
            append(ranges, from, to);
            return ranges;
        }
        Aligned blocks = Aligned.of(from, to - from, export.minimum(), export.size());
        long at = blocks.begin();
        while (at < to) {
            long begin = at;
            int length = (int) Math.min(STEP, blocks.end() - begin);
            Connections.Answered<StatusRequest> answered =
                    connections.execute(() -> List.of(new StatusRequest(begin, length, context, wanted)));
            if (answered.failed() != null) {
                onError.failed(answered.failed());
                append(ranges, Math.max(begin, from), to);
                return ranges;
            }
            StatusRequest told = answered.requests().get(0);
            told.ranges().forEach(part -> append(ranges, Math.max(part.offset(), from), Math.min(part.end(), to)));
            // A server that stops inside of a block is not asked about the rest of it.
            at = Math.min(Aligned.up(told.known(), export.minimum()), blocks.end());
            append(ranges, Math.max(told.known(), from), Math.min(at, to));
        }
        return ranges;
    }

    /** Adds a range that begins at or behind the end of the last one, joining the two if they touch. */
    static void append(List<ByteRange> ranges, long from, long to) {
        if (to <= from) {
            return;
        }
        int last = ranges.size() - 1;
        if (last >= 0 && ranges.get(last).end() == from) {
            ByteRange before = ranges.get(last);
            ranges.set(last, new ByteRange(before.offset(), to - before.offset()));
        } else {
            ranges.add(new ByteRange(from, to - from));
        }
    }
}
