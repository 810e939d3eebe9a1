package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.spi.hypervisor.RestoreRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a restore will do, decided before anything is made.
 *
 * @param request what was asked for
 * @param options its options
 * @param config records of the machine; of the original if the version has none
 * @param original the machine restored over
 * @param storages storage repository by disk key
 * @param cards network cards of a new machine with the network that each goes to, empty for none
 * @param name name of a new machine
 */
record RestorePlan(
        RestoreRequest request,
        RestoreOptions options,
        MachineConfig config,
        Optional<Rec> original,
        Map<String, Rec> storages,
        Map<JsonNode, Optional<Rec>> cards,
        String name) {
    private static final Set<String> THICK = Set.of("lvm", "lvmoiscsi", "lvmohba");

    static RestorePlan make(PoolRecords.View view, RestoreRequest request) throws DoppelException {
        RestoreOptions options = RestoreOptions.read(request.options());
        Optional<Rec> original = Optional.empty();
        if (request.overOriginal().isPresent()) {
            original = Optional.of(Inventory.find(view, request.overOriginal().get()));
            Swap.checkPossible(original.get(), options);
        }
        Optional<Rec> known = original.or(() -> view.byUuid("vm", request.sourceMachineId()));
        MachineConfig config = MachineConfig.from(request.machineConfig())
                .or(() -> known.map(vm -> MachineConfig.of(view, vm)))
                .orElseGet(MachineConfig::unknown);
        Map<String, Rec> storages = storages(view, request, options, config);
        Map<JsonNode, Optional<Rec>> cards = new LinkedHashMap<>();
        if (original.isEmpty()) {
            for (JsonNode card : config.networks()) {
                cards.put(card, request.isolated() ? Optional.empty() : Networks.target(view, card, options));
            }
        }
        return new RestorePlan(request, options, config, original, storages, cards, request.name() + options.suffix());
    }

    private static Map<String, Rec> storages(
            PoolRecords.View view, RestoreRequest request, RestoreOptions options, MachineConfig config)
            throws DoppelException {
        Map<String, Rec> storages = new LinkedHashMap<>();
        Map<Rec, Long> needed = new LinkedHashMap<>();
        for (MachineDisk disk : request.disks()) {
            Rec storage = storage(view, disk.key(), options, config);
            storages.put(disk.key(), storage);
            needed.merge(storage, disk.size(), Long::sum);
        }
        for (Map.Entry<Rec, Long> need : needed.entrySet()) {
            Rec sr = need.getKey();
            long free = sr.number("physical_size") - sr.number("physical_utilisation");
            if (THICK.contains(sr.text("type")) && free < need.getValue()) {
                throw new DoppelException(
                        XenError.NO_ROOM,
                        "The disks take " + need.getValue() + " bytes; '" + sr.name() + "' has " + free + " left");
            }
        }
        return storages;
    }

    private static Rec storage(PoolRecords.View view, String key, RestoreOptions options, MachineConfig config)
            throws DoppelException {
        Optional<String> named = RestoreOptions.find(options.storage(), key);
        if (named.isPresent()) {
            return view.named("sr", named.get())
                    .orElseThrow(() -> new DoppelException(
                            XenError.NO_STORAGE,
                            "There is no storage repository '" + named.get() + "', or there are several of that name"));
        }
        return view.byUuid("sr", config.disk(key).path("disk").path("storage").asText())
                .or(() ->
                        view.all("pool").stream().findFirst().flatMap(pool -> view.find("sr", pool.text("default_SR"))))
                .orElseThrow(() -> new DoppelException(
                        XenError.NO_STORAGE,
                        "Disk " + key + " comes from a storage repository that this pool has not, and the pool has no"
                                + " default one"));
    }

    /** The plan in sentences. */
    List<String> sentences(PoolRecords.View view) {
        List<String> text = new ArrayList<>();
        text.add(
                original.isPresent()
                        ? "Restores the disks of the machine '" + original.get().name()
                                + "'; its other settings stay as they are now"
                        : "Makes the machine '" + name + "'");
        for (MachineDisk disk : request.disks()) {
            text.add("Writes disk " + disk.key() + " '" + disk.name() + "' (" + disk.size() + " bytes) to the storage '"
                    + storages.get(disk.key()).name() + "'");
        }
        if (original.isPresent()) {
            text.add("Keeps the disks that are there now until the restore is confirmed");
            text.addAll(shutDown());
            return List.copyOf(text);
        }
        cards.forEach((card, network) -> text.add(card(view, card, network)));
        config.devices().forEach(device -> text.add("Does not bring back " + device.asText()));
        if (options.start() && !request.isolated()) {
            text.add("Starts the machine in the end");
        }
        return List.copyOf(text);
    }

    private List<String> shutDown() {
        boolean runs = !original.orElseThrow().text("power_state").equalsIgnoreCase("halted");
        return runs ? List.of("Shuts the machine down before its disks are swapped") : List.of();
    }

    private String card(PoolRecords.View view, JsonNode card, Optional<Rec> network) {
        String which = "Network card " + card.path("device").asText();
        if (network.isEmpty() && !request.isolated()) {
            return which + " is left out: its network '"
                    + card.path("network").path("name").asText() + "' is not in this pool or 'none' was asked for";
        }
        String to = request.isolated()
                ? "a network of its own"
                : "'" + network.orElseThrow().name() + "'";
        String mac = card.path("MAC").asText();
        if (options.newMac()) {
            return which + " goes to " + to + " with a new MAC address";
        }
        Set<String> others = new LinkedHashSet<>();
        for (Rec vif : view.all("vif")) {
            if (vif.text("MAC").equalsIgnoreCase(mac)) {
                view.find("vm", vif.text("VM"))
                        .filter(vm -> !vm.flag("is_a_snapshot"))
                        .ifPresent(vm -> others.add("'" + vm.name() + "'"));
            }
        }
        return which + " goes to " + to + " with the MAC address " + mac
                + (others.isEmpty() ? "" : ", which " + String.join(", ", others) + " has too");
    }
}
