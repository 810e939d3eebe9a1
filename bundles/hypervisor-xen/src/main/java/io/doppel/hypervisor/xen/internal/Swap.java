package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.doppel.api.error.DoppelException;
import io.doppel.hypervisor.xen.internal.PoolRecords.Attached;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * New disks put in the place of old ones. The decision is a journal in the machine's {@code other_config}: once it is there
 * the swap is completed, now or at the next connect; before, it never happened. The machine cannot be started in between.
 * Every step can be done twice.
 */
final class Swap {
    static final String JOURNAL = "doppel:swap";
    static final List<String> STARTS = List.of("start", "start_on");
    private static final String BLOCK = "Doppel is swapping its disks";
    private static final String RESTORE = "restore";
    private static final String INSTALLATION = "installation";
    private static final String MACHINE = "machine";
    private static final String PAIRS = "pairs";
    private static final String KEY = "key";
    private static final String OLD = "old";
    private static final String NEW = "new";
    private static final String VBD = "vbd";
    private static final List<String> VBD_FIELDS =
            List.of("bootable", "mode", "unpluggable", "other_config", "qos_algorithm_type", "qos_algorithm_params");

    private final XenPool pool;
    private final Runnable step;

    /**
     * @param step called before each step that changes something; a test crashes there
     */
    Swap(XenPool pool, Runnable step) {
        this.pool = pool;
        this.step = step;
    }

    static boolean isUnfinished(Rec vm) {
        return journal(vm).isPresent();
    }

    /** The journal of this machine; one that came with a copy of another machine is none. */
    static Optional<JsonNode> journal(Rec vm) {
        return Texts.object(Marks.get(vm, JOURNAL))
                .filter(journal -> journal.path(MACHINE).asText().equals(vm.uuid()));
    }

    /** Id of the restore that a journal belongs to. */
    static String restoreOf(JsonNode journal) {
        return journal.path(RESTORE).asText();
    }

    /** Refuses machines whose disks cannot be swapped. */
    static void checkPossible(Rec vm, RestoreOptions options) throws DoppelException {
        if (isUnfinished(vm)) {
            throw new DoppelException(XenError.SWAP_UNFINISHED, "The machine '" + vm.name() + "' is half restored");
        }
        if (!isOff(vm) && !options.shutDown()) {
            throw new DoppelException(
                    XenError.RUNNING, "The machine '" + vm.name() + "' is " + Texts.lower(vm.text("power_state")));
        }
    }

    static boolean isOff(Rec vm) {
        return vm.text("power_state").equalsIgnoreCase("halted");
    }

    /** Swaps the disks of a machine that is off. */
    void run(PoolRecords.View view, Rec vm, String restoreId, Map<String, Rec> newDisks) throws DoppelException {
        ObjectNode journal = Texts.JSON.createObjectNode();
        journal.put(RESTORE, restoreId);
        journal.put(INSTALLATION, pool.installation());
        journal.put(MACHINE, vm.uuid());
        ArrayNode pairs = journal.putArray(PAIRS);
        for (Map.Entry<String, Rec> disk : newDisks.entrySet()) {
            ObjectNode pair = pairs.addObject();
            pair.put(KEY, disk.getKey());
            pair.put(NEW, disk.getValue().uuid());
            Optional<Attached> old = at(view, vm, disk.getKey());
            pair.put(OLD, old.map(d -> d.vdi().uuid()).orElse(""));
            ObjectNode fields = pair.putObject(VBD);
            old.ifPresent(
                    d -> VBD_FIELDS.forEach(f -> fields.set(f, d.vbd().fields().path(f))));
        }
        if (Marks.in(vm).containsKey(JOURNAL)) {
            pool.call("VM.remove_from_other_config", vm.ref(), JOURNAL);
        }
        step.run();
        pool.call("VM.add_to_other_config", vm.ref(), JOURNAL, journal.toString());
        complete(pool.view(), vm.uuid());
    }

    private static Optional<Attached> at(PoolRecords.View view, Rec vm, String key) {
        return view.disks(vm).stream().filter(d -> d.key().equals(key)).findFirst();
    }

    /**
     * Completes a swap of this installation, or undoes it if it was not begun and the machine runs again, or if a new disk
     * is gone. The disks stay as they are if the swap is over: a journal comes back when somebody reverts the machine to a
     * snapshot from the middle of its swap.
     *
     * @return what was done, a sentence; empty if there was nothing to do
     */
    Optional<String> complete(PoolRecords.View view, String machine) throws DoppelException {
        Rec vm = view.byUuid("vm", machine).orElseThrow();
        Optional<JsonNode> journal = journal(vm);
        if (journal.isEmpty() || !journal.get().path(INSTALLATION).asText().equals(pool.installation())) {
            return Optional.empty();
        }
        if (isOver(view, vm, journal.get())) {
            forget(vm);
            return Optional.of("The restore over '" + vm.name() + "' had been completed; its disks stay as they are");
        }
        boolean forward = isOff(vm) && exist(view, journal.get(), NEW);
        if (!isOff(vm) && begun(view, vm, journal.get())) {
            throw new DoppelException(
                    XenError.RUNNING, "The machine '" + vm.name() + "' was started while its disks were swapped");
        }
        if (isOff(vm)) {
            block(vm);
            for (JsonNode pair : journal.get().path(PAIRS)) {
                put(vm.uuid(), pair, forward ? NEW : OLD);
            }
        }
        if (forward) {
            mark(pool.view(), vm, journal.get());
        }
        forget(vm);
        return Optional.of(
                forward
                        ? "The restore over '" + vm.name() + "' was completed"
                        : "The restore over '" + vm.name() + "' was undone; its old disks are in place");
    }

    private void forget(Rec vm) throws DoppelException {
        unblock(vm);
        step.run();
        pool.call("VM.remove_from_other_config", vm.ref(), JOURNAL);
    }

    /**
     * Whether nothing is left to do, which the disks' own marks tell: no revert of the machine brings those back. The new disks of a
     * swap that is under way are marked as half restored, or gone; the old ones are nobody else's and not marked as kept.
     */
    private static boolean isOver(PoolRecords.View view, Rec vm, JsonNode journal) {
        for (JsonNode pair : journal.path(PAIRS)) {
            Optional<Rec> made = view.byUuid("vdi", pair.path(NEW).asText());
            Optional<Rec> old = view.byUuid("vdi", pair.path(OLD).asText());
            boolean half = made.filter(d -> isMarked(d, Marks.RESTORE, journal)).isPresent();
            boolean needed = old.filter(d -> !isMarked(d, Marks.KEPT, journal))
                    .filter(d -> !attachedElsewhere(view, vm, d))
                    .isPresent();
            if (half || needed) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMarked(Rec vdi, String kind, JsonNode journal) {
        return Marks.is(vdi, kind) && Marks.get(vdi, Marks.RUN).equals(restoreOf(journal));
    }

    private static boolean attachedElsewhere(PoolRecords.View view, Rec vm, Rec vdi) {
        return vdi.list("VBDs").stream()
                .flatMap(ref -> view.find("vbd", ref).stream())
                .flatMap(vbd -> view.find("vm", vbd.text("VM")).stream())
                .anyMatch(other -> !other.ref().equals(vm.ref()) && !other.flag("is_control_domain"));
    }

    private static boolean exist(PoolRecords.View view, JsonNode journal, String side) {
        for (JsonNode pair : journal.path(PAIRS)) {
            if (view.byUuid("vdi", pair.path(side).asText()).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static boolean begun(PoolRecords.View view, Rec vm, JsonNode journal) {
        for (JsonNode pair : journal.path(PAIRS)) {
            String there = at(view, vm, pair.path(KEY).asText())
                    .map(d -> d.vdi().uuid())
                    .orElse("");
            if (!there.equals(pair.path(OLD).asText())) {
                return true;
            }
        }
        return false;
    }

    /** A user's own block stays as it is. */
    private void block(Rec vm) throws DoppelException {
        for (String start : STARTS) {
            if (!vm.map("blocked_operations").containsKey(start)) {
                step.run();
                pool.call("VM.add_to_blocked_operations", vm.ref(), start, BLOCK);
            }
        }
    }

    private void unblock(Rec vm) throws DoppelException {
        Rec now = pool.view().find("vm", vm.ref()).orElse(vm);
        for (String start : STARTS) {
            if (BLOCK.equals(now.map("blocked_operations").get(start))) {
                step.run();
                pool.call("VM.remove_from_blocked_operations", vm.ref(), start);
            }
        }
    }

    /** Makes the disk of one side the one that is attached. */
    private void put(String machine, JsonNode pair, String side) throws DoppelException {
        PoolRecords.View view = pool.view();
        Rec vm = view.byUuid("vm", machine).orElseThrow();
        String key = pair.path(KEY).asText();
        String wanted = pair.path(side).asText();
        Optional<Attached> there = at(view, vm, key);
        if (there.isPresent()) {
            String uuid = there.get().vdi().uuid();
            if (uuid.equals(wanted)) {
                return;
            }
            if (!uuid.equals(pair.path(OLD).asText())
                    && !uuid.equals(pair.path(NEW).asText())) {
                throw new DoppelException(
                        XenError.SWAP_CONFLICT, "At position " + key + " of '" + vm.name() + "' is the disk " + uuid);
            }
            step.run();
            new Disposal(pool).destroy("VBD", there.get().vbd().ref());
        }
        if (wanted.isEmpty()) {
            return;
        }
        Rec disk = view.byUuid("vdi", wanted)
                .orElseThrow(() -> new DoppelException(XenError.DISK_GONE, "The disk " + wanted + " is gone"));
        step.run();
        attach(pool, vm.ref(), disk.ref(), key, pair.path(VBD));
    }

    /** Attaches a disk. */
    static void attach(XenPool pool, String vm, String vdi, String key, JsonNode fields) throws DoppelException {
        Map<String, Object> vbd = attachment(key, fields);
        vbd.put("VM", vm);
        vbd.put("VDI", vdi);
        pool.plug("VBD", List.of("VM", "userdevice", "VDI"), vbd);
    }

    /** How a disk is attached; fields not known get those of an ordinary disk. */
    static Map<String, Object> attachment(String key, JsonNode fields) {
        Map<String, Object> vbd = new LinkedHashMap<>();
        vbd.put("userdevice", key);
        vbd.put("type", "Disk");
        vbd.put("empty", false);
        vbd.put("bootable", fields.path("bootable").asBoolean(key.equals("0")));
        vbd.put("mode", fields.path("mode").asText("RW"));
        vbd.put("unpluggable", fields.path("unpluggable").asBoolean(true));
        vbd.put("other_config", map(fields.path("other_config")));
        vbd.put("qos_algorithm_type", fields.path("qos_algorithm_type").asText(""));
        vbd.put("qos_algorithm_params", map(fields.path("qos_algorithm_params")));
        return vbd;
    }

    static Object map(JsonNode node) {
        return node.isObject() ? node : Map.of();
    }

    /** The old disks are kept, the new ones are the machine's. */
    private void mark(PoolRecords.View view, Rec vm, JsonNode journal) throws DoppelException {
        for (JsonNode pair : journal.path(PAIRS)) {
            Optional<Rec> old = view.byUuid("vdi", pair.path(OLD).asText());
            if (old.isPresent() && !Marks.is(old.get(), Marks.KEPT)) {
                Map<String, String> marks = Marks.of(pool.installation(), Marks.KEPT, restoreOf(journal));
                marks.put(Marks.MACHINE, vm.uuid());
                step.run();
                pool.mark("VDI", old.get(), marks);
            }
            Optional<Rec> made = view.byUuid("vdi", pair.path(NEW).asText());
            if (made.isPresent() && Marks.is(made.get(), Marks.RESTORE)) {
                step.run();
                pool.mark("VDI", made.get(), Map.of());
            }
        }
    }
}
