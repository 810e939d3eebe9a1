package io.doppel.core.internal.kind;

import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;

/** The option {@code rate} of the kinds that move much: bytes a second, 0 for no limit. */
final class Rate {
    private static final String NAME = "rate";

    private Rate() {}

    /**
     * The option.
     *
     * @param what which bytes are meant: the help without its end
     */
    static SettingField field(String what) {
        return SettingField.optional(NAME, SettingType.SIZE, what + "; 0 for no limit.")
                .withLimits(0, Long.MAX_VALUE)
                .withDefault("0");
    }

    /** What was given. */
    static long of(Settings options) {
        return options.size(NAME);
    }
}
