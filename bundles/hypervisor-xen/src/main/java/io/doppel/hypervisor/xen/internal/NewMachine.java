package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Makes a machine of the records of a version: first one that cannot be started and is marked, at the end the real one. */
final class NewMachine {
    static final String IMPORTING = "[Importing…] ";

    private final XenPool pool;
    private final RestorePlan plan;

    NewMachine(XenPool pool, RestorePlan plan) {
        this.pool = pool;
        this.plan = plan;
    }

    /**
     * Makes the machine without disks and cards.
     *
     * @param marks its marks
     * @return its reference
     */
    String create(Map<String, String> marks) throws DoppelException {
        String vm = pool.once(
                () -> pool.call("VM.create", record(marks)).asText(),
                () -> pool.view().all("vm").stream()
                        .filter(r -> Marks.is(r, Marks.RESTORE) && !r.flag("is_a_snapshot"))
                        .filter(r -> Marks.get(r, Marks.RUN).equals(marks.get(Marks.RUN)))
                        .map(Rec::ref)
                        .findFirst());
        Map<String, String> blocked = new LinkedHashMap<>();
        Swap.STARTS.forEach(start -> blocked.put(start, "Doppel is restoring it"));
        pool.call("VM.set_blocked_operations", vm, blocked);
        return vm;
    }

    private Map<String, Object> record(Map<String, String> marks) {
        JsonNode old = plan.config().vm();
        Map<String, Object> record = MachineRecord.of(old);
        record.put("name_label", IMPORTING + plan.name());
        record.put("other_config", Marks.replaced(MachineRecord.config(old), marks));
        return record;
    }

    /** Makes the machine's cards. */
    void cards(String vm, Optional<String> isolated) throws DoppelException {
        for (Map.Entry<JsonNode, Optional<Rec>> card : plan.cards().entrySet()) {
            Optional<String> network = isolated.or(() -> card.getValue().map(Rec::ref));
            if (network.isPresent()) {
                Cards.create(
                        pool, vm, card.getKey(), network.get(), plan.options().newMac());
            }
        }
    }

    /**
     * Gives the machine its name, lets it be started, and takes the marks of what is half made away as the last step.
     *
     * @param marks marks that it keeps, for a boot test
     */
    void release(Rec vm, Map<String, String> marks) throws DoppelException {
        pool.call("VM.set_name_label", vm.ref(), plan.name());
        Map<String, String> blocked = new Rec("", plan.config().vm()).map("blocked_operations");
        pool.call("VM.set_blocked_operations", vm.ref(), plan.request().isolated() ? Map.of() : blocked);
        pool.mark("VM", vm, marks);
    }
}
