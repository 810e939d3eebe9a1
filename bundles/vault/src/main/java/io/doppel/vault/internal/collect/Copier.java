package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.RateLimit;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.LiveSet;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackReader;
import io.doppel.vault.internal.pack.RecordInfo;
import io.doppel.vault.internal.pack.SpanReader;
import io.doppel.vault.internal.tree.NodeStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Copies what is needed out of packs that will be deleted, where too few other copies are. Used by one thread; several share what they
 * took upon themselves. Records are proved and encrypted again, but not compressed again.
 */
final class Copier implements AutoCloseable {
    private final ChunkIndex index;
    private final LiveSet live;
    private final PackReader packs;
    private final SpanReader spans;
    private final CopyTarget target;
    private final RateLimit limit;
    private final RateLimit.Stop stop;
    private final Set<ByteBuffer> taken;

    /**
     * A copier.
     *
     * @param taken ids of what a copier has taken upon itself; of all that copy at the same time
     */
    Copier(
            Storage storage,
            KeyRing keys,
            ChunkIndex index,
            LiveSet live,
            CopyTarget target,
            RateLimit limit,
            RateLimit.Stop stop,
            Set<ByteBuffer> taken) {
        this.index = index;
        this.live = live;
        this.packs = new PackReader(storage, keys);
        this.spans = new SpanReader(storage, keys.idKey());
        this.target = target;
        this.limit = limit;
        this.stop = stop;
        this.taken = taken;
    }

    /** What became of a pack: the ids that are needed of it, and whether all that had to be copied was. */
    record Outcome(List<byte[]> needed, boolean copied) {}

    /** Copies what is needed of a pack; what a part of it cannot be read for is told by the outcome. */
    Outcome copy(int pack) throws DoppelException {
        if (live.liveBytes(pack) == 0) {
            return new Outcome(List.of(), true);
        }
        ObjectKind kind = index.packKind(pack);
        PackReader.OpenPack open;
        try {
            open = packs.open(kind, index.packName(pack));
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            index.distrust(Damage.ofPack(pack));
            return new Outcome(List.of(), false);
        }
        List<byte[]> needed = new ArrayList<>();
        List<RecordInfo> missing = new ArrayList<>();
        for (RecordInfo r : open.info().records()) {
            if (live.isMarked(r.id(), pack, r.offset())) {
                needed.add(r.id());
                if (lacking(kind, r.id()) > 0 && taken.add(ByteBuffer.wrap(r.id()))) {
                    missing.add(r);
                }
            }
        }
        boolean copied = true;
        for (SpanReader.Span span : SpanReader.spans(missing)) {
            stop.check();
            limit.take(span.length(), stop);
            copied &= copy(open, pack, span);
        }
        return new Outcome(needed, copied);
    }

    /** How many copies of a record there are too few once the hidden packs are gone. */
    int lacking(ObjectKind kind, byte[] id) throws DoppelException {
        int wanted = kind == ObjectKind.NODE ? NodeStore.COPIES : 1;
        return wanted - index.trusted(id).size();
    }

    private boolean copy(PackReader.OpenPack open, int pack, SpanReader.Span span) throws DoppelException {
        boolean all = true;
        ObjectKind kind = open.info().kind();
        spans.fetch(open, span);
        for (RecordInfo r : span.records()) {
            int body = spans.body(open, r);
            if (body < 0) {
                index.distrust(new Damage(Set.of(), Set.of(new Damage.Place(pack, r.offset()))));
                all = false;
            } else {
                int copies = lacking(kind, r.id());
                for (int copy = 0; copy < copies; copy++) {
                    limit.take(r.stored(), stop);
                    target.add(kind, copy, r, spans.body(), body);
                }
            }
        }
        return all;
    }

    @Override
    public void close() {
        spans.close();
    }
}
