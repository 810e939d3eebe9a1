package io.doppel.tck;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What there is on a toy host. Used by one thread. */
final class ToyWorld {
    /** A machine, snapshot, base, half-made machine, or original kept. */
    static final class Thing {
        final String id;
        final String installation;
        final Instant made = Instant.now();
        String kind;
        String name;
        String restoreId;
        String machineId;
        Map<String, byte[]> disks;

        Thing(String id, String kind, String name, String installation, Map<String, byte[]> disks) {
            this.id = id;
            this.kind = kind;
            this.name = name;
            this.installation = installation;
            this.disks = disks;
        }
    }

    final Map<String, Thing> things = new TreeMap<>();
    final ToyTransport transport = new ToyTransport(Set.of());
    private int made;

    Thing add(String kind, String name, String installation, Map<String, byte[]> disks) {
        Thing thing = new Thing("t" + ++made, kind, name, installation, disks);
        things.put(thing.id, thing);
        return thing;
    }
}
