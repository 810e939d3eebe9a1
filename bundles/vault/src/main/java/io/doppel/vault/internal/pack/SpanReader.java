package io.doppel.vault.internal.pack;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import java.util.ArrayList;
import java.util.List;

/** Reads records of a pack, neighbours together, and proves them by their ids. Used by one thread; holds at most 6 MiB. */
public final class SpanReader implements AutoCloseable {
    private static final int MOST = 4 << 20;
    /** Bytes between two wanted records that are read along rather than asked for apart. */
    private static final int GAP = 64 << 10;

    private final Storage storage;
    private final RecordDecoder decoder;
    private final byte[] out = new byte[PackFormat.MAX_RAW];
    private byte[] bytes = new byte[1 << 20];
    private long at;

    /** A reader of a vault with that secret of its dedup domain. */
    public SpanReader(Storage storage, byte[] idKey) {
        this.storage = storage;
        this.decoder = new RecordDecoder(idKey, Proof.ID);
    }

    /** Records that are read together. */
    public record Span(List<RecordInfo> records) {
        /** Where they begin. */
        public long from() {
            return records.get(0).offset();
        }

        /** Bytes from there to the end of the last one, gaps included. */
        public int length() {
            return (int) (records.get(records.size() - 1).end() - from());
        }
    }

    /** Records in the order of their offsets, as spans. */
    public static List<Span> spans(List<RecordInfo> records) {
        List<Span> spans = new ArrayList<>();
        List<RecordInfo> now = new ArrayList<>();
        for (RecordInfo r : records) {
            if (!now.isEmpty()) {
                boolean apart = r.offset() - now.get(now.size() - 1).end() > GAP;
                if (apart || r.end() - now.get(0).offset() > MOST) {
                    spans.add(new Span(List.copyOf(now)));
                    now.clear();
                }
            }
            now.add(r);
        }
        if (!now.isEmpty()) {
            spans.add(new Span(List.copyOf(now)));
        }
        return spans;
    }

    /** Reads a span, whose records are then served by {@link #body}. */
    public void fetch(PackReader.OpenPack pack, Span span) throws DoppelException {
        read(pack, span.from(), span.length());
    }

    private void read(PackReader.OpenPack pack, long from, int length) throws DoppelException {
        if (bytes.length < length) {
            bytes = new byte[Math.max(length, MOST)];
        }
        storage.read(pack.info().objectName(), from, bytes, 0, length);
        at = from;
    }

    /** Bytes of a fetched record before decompression, which are then in {@link #body()}; −1 if it does not prove right. */
    public int body(PackReader.OpenPack pack, RecordInfo r) throws DoppelException {
        int n = decode(pack, r, bytes, (int) (r.offset() - at));
        if (n < 0) {
            // it counts as damage only when fresh bytes are wrong, too
            byte[] fresh = new byte[r.stored()];
            storage.read(pack.info().objectName(), r.offset(), fresh, 0, fresh.length);
            n = decode(pack, r, fresh, 0);
        }
        return n;
    }

    private int decode(PackReader.OpenPack pack, RecordInfo r, byte[] in, int from) {
        return decoder.decodeBody(pack.key(), pack.info().kind(), r, in, from, out, 0);
    }

    /** The buffer with the last record that was asked for. */
    public byte[] body() {
        return decoder.body();
    }

    @Override
    public void close() {
        decoder.close();
    }
}
