package io.doppel.tck;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.Consistency;
import io.doppel.spi.hypervisor.DiskOffer;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.KeptOriginal;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.RestoreTarget;
import io.doppel.spi.hypervisor.Snapshot;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A host in memory that snapshots by copying, with the faults asked for. */
final class ToyHost implements HypervisorHost {
    private final ToyWorld world;
    private final Set<Fault> faults;
    private final String installation;

    ToyHost(ToyWorld world, Set<Fault> faults, String installation) {
        this.world = world;
        this.faults = faults;
        this.installation = installation;
    }

    @Override
    public List<Machine> machines() {
        List<Machine> all = new ArrayList<>();
        for (ToyWorld.Thing thing : world.things.values()) {
            boolean half = thing.kind.equals("half") && faults.contains(Fault.TELLS_HALF_MADE);
            if (thing.kind.equals("machine") || half) {
                all.add(machine(thing));
            }
        }
        return all;
    }

    private static Machine machine(ToyWorld.Thing thing) {
        return new Machine(thing.id, thing.name, Machine.PowerState.RUNNING, Set.of(), disks(thing), List.of());
    }

    private static List<MachineDisk> disks(ToyWorld.Thing thing) {
        return thing.disks.entrySet().stream()
                .map(d -> new MachineDisk(d.getKey(), d.getKey(), d.getValue().length, "raw"))
                .toList();
    }

    private ToyWorld.Thing find(String id) throws DoppelException {
        ToyWorld.Thing thing = world.things.get(id);
        if (thing == null || !thing.kind.equals("machine")) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no machine " + id);
        }
        return thing;
    }

    @Override
    public Snapshot snapshot(SnapshotRequest request, HostWork work) throws DoppelException {
        ToyWorld.Thing machine = find(request.machineId());
        Map<String, byte[]> disks = new TreeMap<>(machine.disks);
        if (!request.diskKeys().isEmpty() && !faults.contains(Fault.OFFERS_ALL_DISKS)) {
            disks.keySet().retainAll(request.diskKeys());
        }
        if (!disks.keySet().containsAll(request.diskKeys())) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no such disk");
        }
        if (!faults.contains(Fault.SNAPSHOT_IS_LIVE)) {
            disks.replaceAll((key, bytes) -> bytes.clone());
        }
        return new ToySnapshot(request, world.add("snapshot", machine.name, installation, disks));
    }

    @Override
    public void releaseBase(BaseToken token) {
        ToyWorld.Thing thing = world.things.get(token.token());
        if (thing != null && thing.kind.equals("base") && !faults.contains(Fault.RELEASE_DOES_NOTHING)) {
            world.things.remove(token.token());
        }
    }

    @Override
    public RestoreTarget prepareRestore(RestoreRequest request, HostWork work) throws DoppelException {
        Map<String, byte[]> disks = new TreeMap<>();
        for (MachineDisk disk : request.disks()) {
            disks.put(disk.key(), new byte[(int) disk.size()]);
        }
        if (request.overOriginal().isPresent() && faults.contains(Fault.RESTORE_WRITES_IN_PLACE)) {
            disks = find(request.overOriginal().get()).disks;
        }
        return new ToyRestore(request, world.add("half", request.name(), installation, disks));
    }

    @Override
    public List<KeptOriginal> keptOriginals() {
        return world.things.values().stream()
                .filter(t -> t.kind.equals("kept"))
                .map(t -> new KeptOriginal(t.restoreId, t.machineId, t.made, 1))
                .toList();
    }

    @Override
    public void confirmRestore(String restoreId) throws DoppelException {
        boolean found = keptOriginals().stream().anyMatch(k -> k.restoreId().equals(restoreId));
        if (!found && faults.contains(Fault.CONFIRM_TWICE_FAILS)) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no such restore");
        }
        if (!faults.contains(Fault.CONFIRM_KEEPS)) {
            world.things.values().removeIf(t -> t.kind.equals("kept") && t.restoreId.equals(restoreId));
        }
    }

    @Override
    public List<String> sweep(Duration minimumAge, Collection<BaseToken> wanted) {
        Instant limit = Instant.now().minus(minimumAge);
        List<String> due = world.things.values().stream()
                .filter(t -> isLeftover(t.kind) || isUnwantedBase(t, wanted))
                .filter(t -> t.installation.equals(installation) || faults.contains(Fault.SWEEPS_OTHERS))
                .filter(t -> !t.made.isAfter(limit) || faults.contains(Fault.SWEEPS_YOUNG))
                .map(t -> t.id)
                .collect(Collectors.toList());
        world.things.keySet().removeAll(due);
        return due;
    }

    private boolean isUnwantedBase(ToyWorld.Thing thing, Collection<BaseToken> wanted) {
        return thing.kind.equals("base")
                && !faults.contains(Fault.SWEEPS_NO_BASES)
                && wanted.stream().noneMatch(b -> b.token().equals(thing.id));
    }

    private boolean isLeftover(String kind) {
        if (faults.contains(Fault.SWEEPS_NOTHING)) {
            return false;
        }
        return kind.equals("half")
                || kind.equals("snapshot")
                || kind.equals("kept") && faults.contains(Fault.SWEEPS_KEPT)
                || kind.equals("base") && faults.contains(Fault.SWEEPS_BASES);
    }

    @Override
    public void close() {
        // Nothing is open.
    }

    private final class ToySnapshot implements Snapshot {
        private final SnapshotRequest request;
        private final ToyWorld.Thing thing;

        ToySnapshot(SnapshotRequest request, ToyWorld.Thing thing) {
            this.request = request;
            this.thing = thing;
        }

        @Override
        public Instant takenAt() {
            return thing.made;
        }

        @Override
        public Consistency consistency() {
            return Consistency.CRASH;
        }

        @Override
        public List<DiskOffer> disks() {
            return ToyHost.disks(thing).stream().map(this::offer).toList();
        }

        private DiskOffer offer(MachineDisk disk) {
            List<DiskAccess> accesses = List.of(world.transport.add(thing.disks.get(disk.key())));
            Optional<BaseToken> base = request.bases().stream()
                    .filter(b -> b.diskKey().equals(disk.key()))
                    .findFirst();
            Optional<List<ByteRange>> changes = base.flatMap(b -> changes(disk.key(), b));
            boolean reason = base.isPresent() && changes.isEmpty();
            return new DiskOffer(disk, accesses, changes, reason ? Optional.of("unknown base") : Optional.empty());
        }

        private Optional<List<ByteRange>> changes(String key, BaseToken base) {
            ToyWorld.Thing old = world.things.get(base.token());
            if (old == null) {
                return faults.contains(Fault.CHANGES_FROM_NOWHERE) ? Optional.of(List.of()) : Optional.empty();
            }
            byte[] then = old.disks.get(key);
            byte[] now = thing.disks.get(key);
            List<ByteRange> ranges = new ArrayList<>();
            for (int at = 0; at < now.length; at += 4096) {
                int end = Math.min(now.length, at + 4096);
                if (!Arrays.equals(then, at, end, now, at, end)) {
                    ranges.add(new ByteRange(at, end - at));
                }
            }
            if (faults.contains(Fault.CHANGES_INCOMPLETE) && !ranges.isEmpty()) {
                ranges.remove(ranges.size() - 1);
            }
            return Optional.of(ranges);
        }

        @Override
        public Map<String, String> machineConfig() {
            return Map.of("cpus", "2");
        }

        @Override
        public List<BaseToken> commit(String versionId) {
            ToyWorld.Thing base = world.add("base", thing.name, installation, new TreeMap<>(thing.disks));
            String consumer = faults.contains(Fault.BASE_OF_NOBODY) ? "" : request.consumer();
            List<BaseToken> tokens = new ArrayList<>();
            for (String key : thing.disks.keySet()) {
                tokens.add(new BaseToken(request.machineId(), key, consumer, installation, versionId, base.id));
            }
            return tokens;
        }

        @Override
        public void close() {
            if (!faults.contains(Fault.SNAPSHOT_STAYS)) {
                world.things.remove(thing.id);
            }
        }
    }

    private final class ToyRestore implements RestoreTarget {
        private final RestoreRequest request;
        private final ToyWorld.Thing thing;

        ToyRestore(RestoreRequest request, ToyWorld.Thing thing) {
            this.request = request;
            this.thing = thing;
        }

        @Override
        public Map<String, List<DiskAccess>> disks() {
            Map<String, List<DiskAccess>> accesses = new HashMap<>();
            thing.disks.forEach((key, bytes) -> accesses.put(key, List.of(world.transport.add(bytes))));
            return accesses;
        }

        @Override
        public List<String> plan() {
            return List.of("Writes " + thing.disks.size() + " disks.");
        }

        @Override
        public String finish() throws DoppelException {
            if (request.overOriginal().isEmpty()) {
                thing.kind = "machine";
                thing.name = faults.contains(Fault.LOSES_NAME) ? "restored" : thing.name;
                return thing.id;
            }
            ToyWorld.Thing original = find(request.overOriginal().get());
            if (!faults.contains(Fault.KEEPS_NO_ORIGINAL)) {
                ToyWorld.Thing kept = world.add("kept", original.name, installation, original.disks);
                kept.restoreId = request.restoreId();
                kept.machineId = original.id;
            }
            original.disks = thing.disks;
            world.things.remove(thing.id);
            return original.id;
        }

        @Override
        public void close() {
            if (thing.kind.equals("half") && !faults.contains(Fault.ABORT_LEAVES_DISKS)) {
                world.things.remove(thing.id);
            }
        }
    }
}
