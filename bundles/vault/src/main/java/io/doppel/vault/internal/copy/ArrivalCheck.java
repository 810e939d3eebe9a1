package io.doppel.vault.internal.copy;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.copy.Arrival;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.Parallel;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.PackReader;
import io.doppel.vault.internal.pack.RecordInfo;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.pack.SpanReader;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Proves that packs which were put are there; what is not counts as not stored from then on. Goes on with the others then, so that all of it
 * is sent again by the next attempt. For one thread; holds at most 6 MiB.
 */
final class ArrivalCheck implements Parallel.Worker {
    private final Storage storage;
    private final ChunkIndex index;
    private final RecordReader.OpenCheck open;
    private final int[] put;
    private final Arrival arrival;
    private final Meter meter;
    private final AtomicReference<DoppelException> first;
    private final PackReader packs;
    private final SpanReader spans;

    /**
     * A check.
     *
     * @param put numbers of the packs
     * @param first where the first failure goes
     */
    ArrivalCheck(
            Storage storage,
            KeyRing keys,
            ChunkIndex index,
            RecordReader.OpenCheck open,
            int[] put,
            Arrival arrival,
            Meter meter,
            AtomicReference<DoppelException> first) {
        this.first = first;
        this.storage = storage;
        this.index = index;
        this.open = open;
        this.put = put;
        this.arrival = arrival;
        this.meter = meter;
        this.packs = new PackReader(storage, keys);
        this.spans = new SpanReader(storage, keys.idKey());
    }

    @Override
    public void run(int i) throws DoppelException {
        meter.take(0);
        try {
            look(put[i]);
        } catch (DoppelException e) {
            if (!e.is(VaultError.NOT_ARRIVED)) {
                throw e;
            }
            first.compareAndSet(null, e);
        }
        meter.done(index.packSize(put[i]));
    }

    private void look(int pack) throws DoppelException {
        Optional<ObjectInfo> there = storage.stat(index.packObject(pack));
        if (there.isEmpty() || there.get().size() != index.packSize(pack)) {
            String what =
                    there.isEmpty() ? "is not there" : "has " + there.get().size() + " bytes";
            throw notArrived(Damage.ofPack(pack), pack, what + "; " + index.packSize(pack) + " bytes were put");
        }
        if (arrival != Arrival.LISTED) {
            readBack(pack);
        }
    }

    private void readBack(int pack) throws DoppelException {
        try {
            PackReader.OpenPack opened = packs.open(index.packKind(pack), index.packName(pack));
            List<RecordInfo> all = opened.info().records();
            if (arrival == Arrival.SAMPLE && !all.isEmpty()) {
                all = List.of(all.get(ThreadLocalRandom.current().nextInt(all.size())));
            }
            for (SpanReader.Span span : SpanReader.spans(all)) {
                meter.take(span.length());
                spans.fetch(opened, span);
                for (RecordInfo r : span.records()) {
                    if (spans.body(opened, r) < 0) {
                        Damage record = new Damage(Set.of(), Set.of(new Damage.Place(pack, r.offset())));
                        throw notArrived(record, pack, "has other bytes at " + r.offset() + " than were put");
                    }
                }
            }
        } catch (DoppelException e) {
            if (e.is(VaultError.DAMAGED_OBJECT)
                    || e.is(VaultError.MISSING_OBJECT)
                    || e.is(StorageError.NOT_FOUND)
                    || e.is(StorageError.TOO_SHORT)) {
                throw notArrived(Damage.ofPack(pack), pack, "cannot be read back: " + e.what());
            }
            throw e;
        }
    }

    private DoppelException notArrived(Damage damage, int pack, String what) throws DoppelException {
        // without keys, all looks damaged
        open.requireOpen();
        index.distrust(damage);
        return new DoppelException(VaultError.NOT_ARRIVED, "Pack '" + index.packObject(pack) + "' " + what);
    }

    @Override
    public void close() {
        spans.close();
    }
}
