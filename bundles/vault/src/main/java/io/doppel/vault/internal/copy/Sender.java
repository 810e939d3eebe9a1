package io.doppel.vault.internal.copy;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.LiveSet;
import io.doppel.vault.internal.index.Parallel;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackReader;
import io.doppel.vault.internal.pack.RecordInfo;
import io.doppel.vault.internal.pack.SpanReader;
import io.doppel.vault.internal.session.RecordLane;
import io.doppel.vault.internal.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Sends what is wanted of the source's packs: one of the streams of a copy. What cannot be read is noted in the source's index and passed over.
 */
final class Sender implements Parallel.Worker {
    private final CopySource source;
    private final Session session;
    private final List<Integer> order;
    private final LiveSet wanted;
    private final Meter meter;
    private final PackReader packs;
    private final SpanReader spans;
    private final RecordLane lane;

    Sender(CopySource source, Session session, RecordLane lane, List<Integer> order, LiveSet wanted, Meter meter) {
        this.source = source;
        this.session = session;
        this.lane = lane;
        this.order = order;
        this.wanted = wanted;
        this.meter = meter;
        this.packs = new PackReader(source.storage(), source.keys());
        this.spans = new SpanReader(source.storage(), source.keys().idKey());
    }

    @Override
    public void run(int i) throws DoppelException {
        int pack = order.get(i);
        PackReader.OpenPack open;
        try {
            open = packs.open(ObjectKind.DATA, source.index().packName(pack));
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            unreadable(pack);
            return;
        }
        List<RecordInfo> missing = new ArrayList<>();
        for (RecordInfo r : open.info().records()) {
            if (wanted.isMarked(r.id(), pack, r.offset()) && !session.has(r.id())) {
                missing.add(r);
            }
        }
        for (SpanReader.Span span : SpanReader.spans(missing)) {
            send(open, pack, span);
        }
    }

    private void send(PackReader.OpenPack open, int pack, SpanReader.Span span) throws DoppelException {
        int records = span.records().stream().mapToInt(RecordInfo::stored).sum();
        meter.take(span.length() - records);
        try {
            spans.fetch(open, span);
        } catch (DoppelException e) {
            if (!e.is(StorageError.NOT_FOUND) && !e.is(StorageError.TOO_SHORT)) {
                throw e;
            }
            unreadable(pack);
            return;
        }
        meter.read(span.length());
        for (RecordInfo r : span.records()) {
            meter.take(r.stored());
            int length = spans.body(open, r);
            if (length < 0) {
                damaged(new Damage(Set.of(), Set.of(new Damage.Place(pack, r.offset()))));
            } else {
                lane.store(r, spans.body(), length);
                meter.done(r.stored());
            }
        }
    }

    /** One that a purge took away meanwhile is not damaged: what is needed of it was moved. */
    private void unreadable(int pack) throws DoppelException {
        if (!source.index().isCleared(pack)) {
            damaged(Damage.ofPack(pack));
        }
    }

    private void damaged(Damage damage) throws DoppelException {
        // without keys, all looks damaged
        source.open().requireOpen();
        source.index().distrust(damage);
    }

    @Override
    public void close() {
        spans.close();
        lane.close();
    }
}
