package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.hypervisor.xen.internal.PoolRecords.Attached;
import io.doppel.spi.hypervisor.HostWork;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at the chains of a machine's disks before a snapshot makes them longer: storage that cannot coalesce in time would
 * end with disks that take no snapshot at all.
 */
final class ChainCheck {
    private static final String PARENT = "vhd-parent";

    private ChainCheck() {}

    /** Refuses disks whose chain has the longest length allowed, and asks their storage to coalesce. */
    static void check(XenPool pool, PoolRecords.View view, List<Attached> disks, HostWork work) throws DoppelException {
        Set<String> storages = new LinkedHashSet<>();
        StringBuilder tooLong = new StringBuilder();
        for (Attached disk : disks) {
            int length = length(view, disk.vdi());
            if (length >= pool.settings().maxChain()) {
                storages.add(disk.vdi().text("SR"));
                tooLong.append(tooLong.isEmpty() ? "" : ", ")
                        .append("disk ")
                        .append(disk.key())
                        .append(" has a chain of ")
                        .append(length);
            }
        }
        if (storages.isEmpty()) {
            return;
        }
        for (String storage : storages) {
            pool.run(work, "SR.scan", storage);
        }
        throw new DoppelException(
                XenError.CHAIN,
                tooLong + "; the host's setting 'max-chain' is "
                        + pool.settings().maxChain());
    }

    /** Number of images that a disk is made of, 1 or more; 1 where the storage tells none. */
    static int length(PoolRecords.View view, Rec vdi) {
        Set<String> seen = new HashSet<>();
        Optional<Rec> at = Optional.of(vdi);
        while (at.isPresent() && seen.add(at.get().uuid())) {
            String parent = at.get().map("sm_config").get(PARENT);
            at = parent == null ? Optional.empty() : view.byUuid("vdi", parent);
        }
        return seen.size();
    }
}
