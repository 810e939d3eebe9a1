package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes network cards as other machines had them. */
final class Cards {
    private Cards() {}

    /**
     * Makes a card.
     *
     * @param vm reference of its machine
     * @param old the card that it is made after
     * @param network reference of its network
     * @param newMac whether it gets a new address
     */
    static void create(XenPool pool, String vm, JsonNode old, String network, boolean newMac) throws DoppelException {
        Map<String, Object> vif = new LinkedHashMap<>();
        vif.put("VM", vm);
        vif.put("network", network);
        vif.put("MAC", newMac ? "" : old.path("MAC").asText(""));
        vif.putAll(settings(old));
        pool.plug("VIF", List.of("VM", "device", "network"), vif);
    }

    /** What a card keeps wherever it is. */
    static Map<String, Object> settings(JsonNode old) {
        Map<String, Object> vif = new LinkedHashMap<>();
        vif.put("device", old.path("device").asText("0"));
        vif.put("MTU", old.path("MTU").asLong(1500));
        vif.put("other_config", Swap.map(old.path("other_config")));
        vif.put("qos_algorithm_type", old.path("qos_algorithm_type").asText(""));
        vif.put("qos_algorithm_params", Swap.map(old.path("qos_algorithm_params")));
        if (old.has("locking_mode")) {
            vif.put("locking_mode", old.path("locking_mode").asText());
            vif.put("ipv4_allowed", old.path("ipv4_allowed"));
            vif.put("ipv6_allowed", old.path("ipv6_allowed"));
        }
        return vif;
    }
}
