package io.doppel.core.internal.space;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.SpaceRecords;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The limits of places as they are kept. Asks the catalogue only once for each, as jobs ask often. Safe for several threads. */
final class KeptLimits {
    private final SpaceRecords records;
    private final Map<String, SpaceLimits> known = new ConcurrentHashMap<>();

    KeptLimits(SpaceRecords records) {
        this.records = records;
    }

    SpaceLimits of(SpacePlace place) throws DoppelException {
        SpaceLimits now = known.get(place.key());
        if (now == null) {
            now = SpaceLimits.parse(place.kind(), records.limits(place.key()));
            known.put(place.key(), now);
        }
        return now;
    }

    /** All limits as text, those that were never set with their defaults. */
    Map<String, String> text(SpacePlace place) throws DoppelException {
        return SpaceLimits.spec(place.kind()).parse(records.limits(place.key())).asMap();
    }

    /** Sets some of them; all of them as they are now. */
    synchronized Map<String, String> set(SpacePlace place, Map<String, String> some) throws DoppelException {
        Map<String, String> all = new HashMap<>(records.limits(place.key()));
        all.putAll(some);
        SpaceLimits now = SpaceLimits.parse(place.kind(), all);
        records.putLimits(place.key(), all);
        known.put(place.key(), now);
        return text(place);
    }
}
