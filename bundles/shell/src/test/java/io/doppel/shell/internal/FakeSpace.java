package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.space.SpaceService;
import io.doppel.api.space.SpaceView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Free space of a vault and of a server in memory. */
final class FakeSpace implements SpaceService {
    private final Map<String, String> settings =
            new HashMap<>(Map.of("warn-percent", "10", "warn-most", "64G", "refuse-percent", "3", "refuse-most", "8G"));

    @Override
    public List<SpaceView> status() {
        return List.of(
                new SpaceView(
                        "vault/main",
                        SpaceView.Kind.VAULT,
                        "local",
                        SpaceView.State.REFUSING,
                        Optional.of(FakeInventory.NOON),
                        1L << 40,
                        7L << 30,
                        64L << 30,
                        8L << 30,
                        400L << 20,
                        0,
                        "DPL-SPC-0001: Vault 'main' has too little free space. Free space with doppel:purge.",
                        settings),
                new SpaceView(
                        "catalogue",
                        SpaceView.Kind.CATALOGUE,
                        "/var/lib/doppel/catalog",
                        SpaceView.State.OK,
                        Optional.empty(),
                        100L << 30,
                        40L << 30,
                        2L << 30,
                        0,
                        -1,
                        -1,
                        "",
                        settings));
    }

    @Override
    public SettingsSpec settings(SpaceView.Kind kind) {
        return SettingsSpec.of();
    }

    @Override
    public Map<String, String> set(String place, Map<String, String> some) throws DoppelException {
        if (!place.equals("vault/main")) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no place '" + place + "'");
        }
        settings.putAll(some);
        return Map.copyOf(settings);
    }
}
