package io.doppel.api.settings;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The settings of a host type, storage type, job kind …, from which shell and console build their forms. Immutable. */
public final class SettingsSpec {
    private final Map<String, SettingField> fields;

    private SettingsSpec(List<SettingField> list) {
        Map<String, SettingField> byName = new LinkedHashMap<>();
        for (SettingField f : list) {
            if (byName.put(f.name(), f) != null) {
                throw new IllegalArgumentException("two fields named " + f.name());
            }
        }
        this.fields = byName;
    }

    /** A spec of these fields, in the order in which a form shows them. */
    public static SettingsSpec of(SettingField... fields) {
        return new SettingsSpec(List.of(fields));
    }

    /** The fields in order. */
    public List<SettingField> fields() {
        return List.copyOf(fields.values());
    }

    /** The field of that name. */
    public Optional<SettingField> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /**
     * Checks the values and fills in defaults.
     *
     * @param values name to text; values of SECRET fields are ids of secret references
     * @throws DoppelException {@link CommonError#UNKNOWN_SETTING}, {@link CommonError#MISSING_SETTING} or {@link
     *     CommonError#BAD_SETTING}, naming the field and what is allowed
     */
    public Settings parse(Map<String, String> values) throws DoppelException {
        for (String name : values.keySet()) {
            if (!fields.containsKey(name)) {
                String known = fields.keySet().stream().sorted().collect(Collectors.joining(", "));
                throw new DoppelException(
                        CommonError.UNKNOWN_SETTING, "There is no setting '" + name + "'; there are: " + known);
            }
        }
        Map<String, String> complete = new LinkedHashMap<>();
        for (SettingField f : fields.values()) {
            String v = values.get(f.name());
            if (v == null || v.isBlank()) {
                v = f.defaultValue().orElse(null);
            }
            if (v == null) {
                if (f.isRequired()) {
                    throw new DoppelException(
                            CommonError.MISSING_SETTING, "'" + f.name() + "' is missing (" + f.help() + ")");
                }
                continue;
            }
            String trimmed = v.strip();
            String value = f.type() == SettingType.TEXT ? SettingValues.unquoted(trimmed) : trimmed;
            SettingValues.check(f, value);
            complete.put(f.name(), value);
        }
        return new Settings(complete);
    }
}
