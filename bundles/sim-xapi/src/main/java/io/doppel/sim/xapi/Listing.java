package io.doppel.sim.xapi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is on a pool at one moment, without what the pool needs for itself: for tests that prove that nothing was left behind.
 * Two listings of the same things are equal.
 *
 * @param vms names of machines, by uuid; templates and control domains are left out
 * @param snapshots names of machines' snapshots, by uuid
 * @param vdis names of disks, by uuid; the type is in front where it is not {@code user}
 * @param vbds {@code machine/device} with the disk's uuid, by uuid; those of control domains included
 * @param networks names of networks, by uuid
 * @param pendingTasks labels of tasks that have not ended, by uuid
 */
public record Listing(
        Map<String, String> vms,
        Map<String, String> snapshots,
        Map<String, String> vdis,
        Map<String, String> vbds,
        Map<String, String> networks,
        Map<String, String> pendingTasks) {

    static Listing of(Records records) {
        Map<String, String> vms = new LinkedHashMap<>();
        Map<String, String> snapshots = new LinkedHashMap<>();
        each(records, "VM").forEach(vm -> {
            if ((Boolean) vm.get("is_a_snapshot")) {
                put(snapshots, vm, vm.get("name_label"));
            } else if (!(Boolean) vm.get("is_control_domain") && !(Boolean) vm.get("is_default_template")) {
                put(vms, vm, vm.get("name_label"));
            }
        });
        Map<String, String> vdis = new LinkedHashMap<>();
        // What nobody manages is the storage's own and goes when it likes.
        each(records, "VDI").stream()
                .filter(vdi -> (Boolean) vdi.get("managed"))
                .forEach(vdi -> {
                    String type = vdi.get("type").equals("user") ? "" : vdi.get("type") + " ";
                    String kind = (Boolean) vdi.get("is_a_snapshot") ? "snapshot " : "";
                    put(vdis, vdi, type + kind + vdi.get("name_label"));
                });
        Map<String, String> vbds = new LinkedHashMap<>();
        each(records, "VBD").forEach(vbd -> {
            String vdi = (String) vbd.get("VDI");
            put(
                    vbds,
                    vbd,
                    name(records, "VM", (String) vbd.get("VM")) + "/" + vbd.get("userdevice") + " "
                            + (records.exists("VDI", vdi) ? records.text("VDI", vdi, "uuid") : "empty"));
        });
        Map<String, String> networks = new LinkedHashMap<>();
        each(records, "network").forEach(network -> put(networks, network, network.get("name_label")));
        Map<String, String> tasks = new LinkedHashMap<>();
        each(records, "task").stream()
                .filter(task -> task.get("status").equals("pending"))
                .forEach(task -> put(tasks, task, task.get("name_label")));
        return new Listing(vms, snapshots, vdis, vbds, networks, tasks);
    }

    private static List<Map<String, Object>> each(Records records, String type) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (String ref : records.all(type)) {
            if (records.exists(type, ref)) {
                all.add(records.get(type, ref));
            }
        }
        return all;
    }

    private static void put(Map<String, String> map, Map<String, Object> record, Object text) {
        map.put((String) record.get("uuid"), (String) text);
    }

    private static String name(Records records, String type, String ref) {
        return records.exists(type, ref) ? records.text(type, ref, "name_label") : ref;
    }
}
