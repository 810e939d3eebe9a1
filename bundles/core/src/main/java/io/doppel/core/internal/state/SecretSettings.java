package io.doppel.core.internal.state;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings as the catalogue keeps them: values as they were given, and for each secret a reference under the field's name
 * with a mark before it, so that secrets are known for what they are while the plug-in is absent.
 */
public final class SecretSettings {
    private static final String MARK = "!";
    private static final int LONGEST_NAME = 255;

    private final SecretStore secrets;

    /** @param secrets where secrets go */
    public SecretSettings(SecretStore secrets) {
        this.secrets = secrets;
    }

    /** Checks the name of a host or vault. */
    public static void checkName(String name) throws DoppelException {
        boolean odd = name.chars().anyMatch(c -> c == '/' || c == '*' || Character.isISOControl(c));
        if (name.isBlank() || name.length() > LONGEST_NAME || odd || !name.equals(name.strip())) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "'name' is '" + name + "', expected 1 to " + LONGEST_NAME
                            + " characters without slash, asterisk, control characters and outer spaces");
        }
    }

    /**
     * Checks settings and puts their secrets in the store.
     *
     * @param given values by field, secrets in clear
     * @param owner for what the secrets are, for example {@code host/pool1}
     * @return what the catalogue keeps
     */
    public Map<String, String> keep(SettingsSpec spec, Map<String, String> given, String owner) throws DoppelException {
        Settings checked = spec.parse(given);
        Map<String, String> kept = new LinkedHashMap<>();
        boolean done = false;
        try {
            for (SettingField field : spec.fields()) {
                String value = given.containsKey(field.name())
                        ? checked.find(field.name()).orElse(null)
                        : null;
                if (value != null && field.isSecret()) {
                    kept.put(
                            MARK + field.name(),
                            put(owner + "/" + field.name(), value).id());
                } else if (value != null) {
                    kept.put(field.name(), value);
                }
            }
            done = true;
            return kept;
        } finally {
            if (!done) {
                forget(kept);
            }
        }
    }

    private SecretRef put(String purpose, String value) throws DoppelException {
        char[] chars = value.toCharArray();
        try {
            return secrets.put(purpose, chars);
        } finally {
            Arrays.fill(chars, '\0');
        }
    }

    /** Takes the secrets of kept settings out of the store. */
    public void forget(Map<String, String> kept) throws DoppelException {
        for (Map.Entry<String, String> e : kept.entrySet()) {
            if (e.getKey().startsWith(MARK)) {
                secrets.delete(new SecretRef(e.getValue()));
            }
        }
    }

    /** What a plug-in gets: checked values, secrets as references. */
    public static Settings forPlugin(SettingsSpec spec, Map<String, String> kept) throws DoppelException {
        Map<String, String> values = new LinkedHashMap<>();
        kept.forEach((name, value) -> values.put(name.startsWith(MARK) ? name.substring(1) : name, value));
        return spec.parse(values);
    }

    /** What people see: secrets as {@code (set)}. */
    public static Map<String, String> shown(Map<String, String> kept) {
        Map<String, String> shown = new TreeMap<>();
        kept.forEach((name, value) -> {
            boolean secret = name.startsWith(MARK);
            shown.put(secret ? name.substring(1) : name, secret ? "(set)" : value);
        });
        return shown;
    }
}
