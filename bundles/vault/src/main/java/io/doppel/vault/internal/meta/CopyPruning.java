package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Deletes recovery copies that are too old, and parts that none needs any more (docs/vault-format.md §16). */
final class CopyPruning {
    /** Newest copies of the writer's installation that stay. */
    static final int NEWEST = 8;
    /** Newest days of which a copy stays. */
    static final int DAYS = 14;
    /** Newest copies of each other installation that stay. */
    static final int OF_OTHERS = 2;

    private final CopyObjects objects;
    private final StoredCopy fresh;
    private final CopyObjects.Listing listed;

    /**
     * Behind a copy.
     *
     * @param fresh the copy
     * @param listed what there was before it and its parts
     */
    CopyPruning(CopyObjects objects, StoredCopy fresh, CopyObjects.Listing listed) {
        this.objects = objects;
        this.fresh = fresh;
        this.listed = listed;
    }

    void run() throws DoppelException {
        List<String> old = new ArrayList<>();
        Set<String> needed = new HashSet<>();
        Set<LocalDate> days = new HashSet<>();
        Map<String, Integer> others = new HashMap<>();
        int own = 1;
        days.add(day(fresh));
        fresh.parts().forEach(p -> needed.add(p.id()));
        boolean damaged = false;
        for (String id : listed.copies()) {
            Optional<StoredCopy> copy = objects.ifWhole(id);
            boolean stays;
            if (copy.isEmpty() || copy.get().installation().equals(fresh.installation())) {
                stays = own < NEWEST;
                own++;
                if (copy.isPresent() && days.size() < DAYS) {
                    stays |= days.add(day(copy.get()));
                }
            } else {
                stays = others.merge(copy.get().installation(), 1, Integer::sum) <= OF_OTHERS;
            }
            if (stays) {
                damaged |= copy.isEmpty();
                copy.ifPresent(c -> c.parts().forEach(p -> needed.add(p.id())));
            } else {
                old.add(id);
            }
        }
        for (String id : old) {
            objects.delete(id);
        }
        if (!damaged) {
            for (String part : listed.parts()) {
                if (!needed.contains(part)) {
                    objects.deletePart(part);
                }
            }
        }
    }

    private static LocalDate day(StoredCopy copy) {
        return LocalDate.ofInstant(copy.made(), ZoneOffset.UTC);
    }
}
