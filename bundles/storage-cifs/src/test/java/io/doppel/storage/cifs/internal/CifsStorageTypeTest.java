package io.doppel.storage.cifs.internal;

import io.doppel.api.settings.SettingsSpec;
import io.doppel.tck.SettingsContract;
import java.util.Map;

class CifsStorageTypeTest extends SettingsContract {
    @Override
    protected SettingsSpec spec() {
        return new CifsStorageType().settings();
    }

    @Override
    protected Map<String, String> sample() {
        return Map.of("server", "nas1", "share", "backup", "user", "vault", "password", "ref");
    }
}
