package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.core.internal.job.CoreContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** Options that a hypervisor's plug-in adds to a kind of job. */
final class HostOptions {
    /** The kind's option that holds them. */
    static final SettingField FIELD = SettingField.optional(
            "host-options",
            SettingType.LIST,
            "Options of the host's type as key=value, see the command host-options; a comma in a value is written \\,"
                    + " and a value that begins or ends with a blank stands in double quotes");

    private HostOptions() {}

    /**
     * The options given, checked.
     *
     * @param whose for the error, for example {@code The type of host 'pool'}
     */
    static Map<String, String> of(CoreContext context, SettingsSpec spec, String whose) throws DoppelException {
        Map<String, String> given = new LinkedHashMap<>();
        for (String pair : context.options().list(FIELD.name())) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new DoppelException(
                        CommonError.BAD_SETTING, "'" + FIELD.name() + "' has '" + pair + "', expected key=value");
            }
            String key = pair.substring(0, equals);
            if (given.put(key, pair.substring(equals + 1)) != null) {
                throw new DoppelException(CommonError.BAD_SETTING, "'" + FIELD.name() + "' has '" + key + "' twice");
            }
        }
        if (!given.isEmpty() && spec.fields().isEmpty()) {
            throw new DoppelException(CommonError.UNKNOWN_SETTING, whose + " has no options for such a job");
        }
        return spec.parse(given).asMap();
    }
}
