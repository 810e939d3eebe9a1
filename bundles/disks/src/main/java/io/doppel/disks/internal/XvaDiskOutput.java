package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Writes one disk of an XVA. */
final class XvaDiskOutput {
    private static final long MOST_SILENCE = TimeUnit.SECONDS.toNanos(5);

    private final XvaPlan.Content content;
    private final XvaOutput out;
    private final boolean leaveOutZeros;
    private final LongSupplier clock;

    /** A chunk that was read. */
    private record Chunk(int number, byte[] bytes, int length, boolean isZero, String hash) {}

    /**
     * @param leaveOutZeros whether to leave out chunks that turn out to be zeros
     */
    XvaDiskOutput(XvaPlan.Content content, XvaOutput out, boolean leaveOutZeros, LongSupplier clock) {
        this.content = content;
        this.out = out;
        this.leaveOutZeros = leaveOutZeros;
        this.clock = clock;
    }

    void write(CancelToken cancel) throws DoppelException, IOException {
        Iterator<ReadAhead.Work<Chunk>> work = content.chunks().stream()
                .<ReadAhead.Work<Chunk>>mapToObj(number -> buffer -> read(number, buffer))
                .iterator();
        long lastSent = clock.getAsLong();
        try (ReadAhead<Chunk> ahead = new ReadAhead<>(content.source().parallelism(), Xva.CHUNK, work, cancel)) {
            Optional<Chunk> next = ahead.next();
            while (next.isPresent()) {
                Chunk chunk = next.get();
                boolean silent = clock.getAsLong() - lastSent >= MOST_SILENCE;
                boolean droppable = leaveOutZeros && chunk.isZero() && content.isOptional(chunk.number());
                if (!droppable || silent) {
                    out.chunk(
                            Xva.chunkName(content.ref(), chunk.number()), chunk.bytes(), chunk.length(), chunk.hash());
                    lastSent = clock.getAsLong();
                }
                if (silent) {
                    out.flush();
                }
                next = ahead.next();
            }
        }
        content.source().verifyUnchanged();
    }

    private Chunk read(int number, byte[] buffer) throws DoppelException {
        int length = content.chunkLength(number);
        Padded.read(content.source(), (long) number * Xva.CHUNK, buffer, 0, length);
        return new Chunk(number, buffer, length, Zeros.only(buffer, 0, length), Xva.hash(buffer, length));
    }
}
