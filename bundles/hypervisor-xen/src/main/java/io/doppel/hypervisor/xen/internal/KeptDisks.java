package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.hypervisor.KeptOriginal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The old disks of restores over originals. */
final class KeptDisks {
    private final XenPool pool;

    KeptDisks(XenPool pool) {
        this.pool = pool;
    }

    List<KeptOriginal> all() throws DoppelException {
        Map<String, List<Rec>> byRestore = new LinkedHashMap<>();
        for (Rec vdi : pool.view().all("vdi")) {
            if (isKept(vdi)) {
                byRestore
                        .computeIfAbsent(Marks.get(vdi, Marks.RUN), r -> new ArrayList<>())
                        .add(vdi);
            }
        }
        List<KeptOriginal> kept = new ArrayList<>();
        byRestore.forEach((restore, disks) -> kept.add(new KeptOriginal(
                restore,
                Marks.get(disks.get(0), Marks.MACHINE),
                disks.stream()
                        .map(d -> Marks.since(d).orElse(Instant.EPOCH))
                        .min(Instant::compareTo)
                        .orElseThrow(),
                disks.stream().mapToLong(KeptDisks::bytes).sum())));
        return kept;
    }

    private boolean isKept(Rec vdi) {
        return Marks.is(vdi, Marks.KEPT) && Marks.ours(vdi, pool.installation());
    }

    private static long bytes(Rec vdi) {
        long used = vdi.number("physical_utilisation");
        return used > 0 ? used : vdi.number("virtual_size");
    }

    /** Removes the old disks; one that somebody gave to a machine again is that machine's. */
    void confirm(String restoreId) throws DoppelException {
        Failures failures = new Failures();
        PoolRecords.View view = pool.view();
        for (Rec vdi : List.copyOf(view.all("vdi"))) {
            if (isKept(vdi) && Marks.get(vdi, Marks.RUN).equals(restoreId)) {
                if (Leftovers.attachedToSomebody(view, vdi)) {
                    failures.of(() -> pool.mark("VDI", vdi, Map.of()));
                } else {
                    failures.of(() -> new Disposal(pool).vdi(vdi));
                }
            }
        }
        failures.throwFirst();
    }
}
