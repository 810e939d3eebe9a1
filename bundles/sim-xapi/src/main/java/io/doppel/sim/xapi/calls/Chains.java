package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.XapiFault;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What storage of the VHD kind shows of its chains: with a snapshot, what the disk held so far becomes a disk of its own that
 * nobody manages ({@code base copy}), and {@code sm_config:vhd-parent} leads to it. The storage takes it away again when only one
 * other is left on it. Only the records are like that; the content is not kept so.
 */
public final class Chains {
    private static final String PARENT = "vhd-parent";

    private final Records records;
    private int limit;
    private boolean held;

    Chains(Records records) {
        this.records = records;
    }

    /** @param longest chain to which a snapshot can still be added; 0, as at first, for storage without chains */
    public synchronized void limit(int longest) {
        limit = longest;
    }

    /** Whether the storage leaves chains as they are, as one that is busy does. */
    public synchronized void hold(boolean on) {
        held = on;
        coalesce();
    }

    /** @throws XapiFault {@code SR_BACKEND_FAILURE_109} when a disk's chain has its longest length already */
    synchronized void requireRoom(String vdi) {
        if (limit == 0) {
            return;
        }
        int length = 1;
        for (String at = parent(vdi); at != null; at = parent(records.find("VDI", at))) {
            length++;
        }
        if (length >= limit) {
            throw new XapiFault("SR_BACKEND_FAILURE_109", "", "The snapshot chain is too long", "");
        }
    }

    /** Puts the base copy under a disk and its new snapshot. */
    synchronized void snapshot(String vdi, String snapshot) {
        if (limit == 0) {
            return;
        }
        Map<String, Object> disk = records.get("VDI", vdi);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name_label", "base copy");
        fields.put("SR", disk.get("SR"));
        fields.put("type", "user");
        fields.put("virtual_size", disk.get("virtual_size"));
        fields.put("managed", false);
        fields.put("read_only", true);
        fields.put("sm_config", disk.get("sm_config"));
        String base = records.text("VDI", records.create("VDI", fields), "uuid");
        lead(vdi, base);
        lead(snapshot, base);
    }

    /** Takes away the base copies that carry one disk or none. */
    synchronized void coalesce() {
        // Nobody removes a disk meanwhile; and each step may make another one possible.
        synchronized (records) {
            boolean more = !held && limit > 0;
            while (more) {
                more = coalesceOne();
            }
        }
    }

    private boolean coalesceOne() {
        for (String base : records.all("VDI")) {
            if (!(Boolean) records.get("VDI", base, "managed")) {
                String uuid = records.text("VDI", base, "uuid");
                List<String> children = records.all("VDI").stream()
                        .filter(vdi -> uuid.equals(parent(vdi)))
                        .toList();
                if (children.size() < 2) {
                    children.forEach(child -> lead(child, parent(base)));
                    records.destroy("VDI", base);
                    return true;
                }
            }
        }
        return false;
    }

    private String parent(String vdi) {
        return (String) ((Map<?, ?>) records.get("VDI", vdi, "sm_config")).get(PARENT);
    }

    /** Makes a disk lead to another; null for none. */
    synchronized void lead(String vdi, String parent) {
        Map<Object, Object> config = new LinkedHashMap<>((Map<?, ?>) records.get("VDI", vdi, "sm_config"));
        config.remove(PARENT);
        if (parent != null) {
            config.put(PARENT, parent);
        }
        records.set("VDI", vdi, "sm_config", config);
    }
}
