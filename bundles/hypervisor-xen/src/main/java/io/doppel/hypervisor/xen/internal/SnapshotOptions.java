package io.doppel.hypervisor.xen.internal;

import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingsSpec;
import java.util.List;
import java.util.Map;

/** Options of a backup of a pool's machine. */
final class SnapshotOptions {
    private static final String METHOD = "method";
    private static final String DIRECT = "direct";
    private static final String STANDARD = "standard";

    private SnapshotOptions() {}

    static SettingsSpec spec() {
        return SettingsSpec.of(SettingField.choice(
                METHOD,
                "direct reads disks by NBD or as raw streams and, where the storage tracks changes, only what changed;"
                        + " standard reads the machine's XVA export, always the whole of it",
                DIRECT,
                List.of(DIRECT, STANDARD)));
    }

    /** For what needs the machine's export and no change tracking. */
    static Map<String, String> standardOnly() {
        return Map.of(METHOD, STANDARD);
    }

    static boolean standard(Map<String, String> options) {
        return STANDARD.equals(options.get(METHOD));
    }
}
