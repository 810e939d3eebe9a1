package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What tests left that were killed. Those of this installation are known to be dead unless they go on in this process; those of another one
 * are taken for dead when they are old, by the target's own clock.
 */
final class Leftovers {
    private static final Duration OLD = Duration.ofHours(1);

    private final ProbeObjects objects;
    private final String ours;
    private final Set<String> going;

    /** @param going prefixes of the tests that go on in this process */
    Leftovers(ProbeObjects objects, String installation, Set<String> going) {
        this.objects = objects;
        this.ours = ProbeObjects.PREFIX + "/" + installation + "/";
        this.going = going;
    }

    /**
     * Removes them.
     *
     * @param now time of the target
     * @return how many
     */
    int remove(Instant now) throws DoppelException {
        List<String> dead = new ArrayList<>();
        objects.storage().list(ProbeObjects.PREFIX, object -> {
            if (isDead(object, now)) {
                dead.add(object.name());
            }
        });
        for (String name : dead) {
            objects.cancel().check();
            objects.storage().delete(name);
        }
        return dead.size();
    }

    private boolean isDead(ObjectInfo object, Instant now) {
        if (object.name().startsWith(ours)) {
            return going.stream().noneMatch(prefix -> object.name().startsWith(prefix));
        }
        return object.created().isAfter(Instant.EPOCH) && object.created().isBefore(now.minus(OLD));
    }
}
