package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import java.util.List;

/**
 * The vaults between which versions are copied.
 *
 * @param from where they are
 * @param to where they go
 * @param other the one of both that the engine does not hold by itself
 */
record VaultPair(String from, String to, String other) {
    private static final String ONSITE = "vault";
    private static final String OFFSITE = "offsite";
    private static final String REVERSE = "reverse";

    /** The options. */
    static final List<SettingField> FIELDS = List.of(
            SettingField.required(ONSITE, SettingType.TEXT, "The vault that versions are copied from."),
            SettingField.required(
                    OFFSITE,
                    SettingType.TEXT,
                    "The vault that they go to; it was made with the dedup domain of the other one."),
            SettingField.optional(
                            REVERSE,
                            SettingType.BOOLEAN,
                            "Exchange the two: bring versions back, and heal what is damaged.")
                    .withDefault("false"));

    static VaultPair of(Settings options) {
        String onsite = options.text(ONSITE);
        String offsite = options.text(OFFSITE);
        return options.flag(REVERSE)
                ? new VaultPair(offsite, onsite, offsite)
                : new VaultPair(onsite, offsite, offsite);
    }

    void check() throws DoppelException {
        if (from.equals(to)) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "'" + ONSITE + "' and '" + OFFSITE + "' are both '" + from + "'");
        }
    }
}
