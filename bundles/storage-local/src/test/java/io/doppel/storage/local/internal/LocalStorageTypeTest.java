package io.doppel.storage.local.internal;

import io.doppel.api.settings.SettingsSpec;
import io.doppel.tck.SettingsContract;
import java.util.Map;

class LocalStorageTypeTest extends SettingsContract {
    @Override
    protected SettingsSpec spec() {
        return new LocalStorageType().settings();
    }

    @Override
    protected Map<String, String> sample() {
        return Map.of("path", "/srv/vault");
    }
}
