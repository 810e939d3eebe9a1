package io.doppel.hypervisor.xen.internal;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.api.error.DoppelException;
import java.util.List;
import java.util.Optional;

/** Which network of this pool a card of a version goes to. */
final class Networks {
    private Networks() {}

    /** As the option says; else the network of the same uuid, else the only one of the same name and, where it is known, VLAN. */
    static Optional<Rec> target(PoolRecords.View view, JsonNode card, RestoreOptions options) throws DoppelException {
        Optional<String> named = wish(card, options);
        if (named.isPresent()) {
            return named.get().equals(RestoreOptions.NONE) ? Optional.empty() : Optional.of(named(view, named.get()));
        }
        JsonNode old = card.path("network");
        Optional<Rec> same = view.byUuid("network", old.path("uuid").asText());
        return same.isPresent() ? same : alike(view, old);
    }

    /** Whether the option says that the card is to be left out. */
    static boolean isUnwanted(JsonNode card, RestoreOptions options) {
        return wish(card, options).filter(RestoreOptions.NONE::equals).isPresent();
    }

    private static Optional<String> wish(JsonNode card, RestoreOptions options) {
        JsonNode old = card.path("network");
        return RestoreOptions.find(
                options.networks(), old.path("uuid").asText(), old.path("name").asText());
    }

    private static Rec named(PoolRecords.View view, String name) throws DoppelException {
        return view.named("network", name)
                .orElseThrow(() -> new DoppelException(
                        XenError.NO_NETWORK, "There is no network '" + name + "', or there are several of that name"));
    }

    private static Optional<Rec> alike(PoolRecords.View view, JsonNode old) {
        List<Rec> alike = view.all("network").stream()
                .filter(n -> n.name().equals(old.path("name").asText())
                        && (!old.has("vlan")
                                || MachineConfig.vlan(view, n)
                                        == old.path("vlan").asLong()))
                .toList();
        return alike.size() == 1 ? Optional.of(alike.get(0)) : Optional.empty();
    }
}
