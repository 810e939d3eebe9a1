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
import java.util.Optional;
import java.util.TreeMap;

/**
 * Settings as the catalogue keeps them: values as they were given, and for each secret a reference under the field's name
 * with a mark before it, so that secrets are known for what they are while the plug-in is absent.
 */
public final class SecretSettings {
    private static final String MARK = "!";
    private static final int LONGEST_NAME = 255;

    private final SecretStore secrets;
    private final boolean temporary;

    /** @param secrets where secrets go */
    public SecretSettings(SecretStore secrets) {
        this(secrets, false);
    }

    private SecretSettings(SecretStore secrets, boolean temporary) {
        this.secrets = secrets;
        this.temporary = temporary;
    }

    /** For settings that are only tried: their secrets are kept in memory and gone when the server stops. */
    public static SecretSettings temporary(SecretStore secrets) {
        return new SecretSettings(secrets, true);
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
        Map<String, String> hidden = new LinkedHashMap<>();
        for (SettingField field : spec.fields()) {
            if (given.containsKey(field.name())) {
                checked.find(field.name())
                        .ifPresent(value -> (field.isSecret() ? hidden : kept).put(field.name(), value));
            }
        }
        kept.putAll(putAll(hidden, owner));
        return kept;
    }

    /** Puts secrets in the store, all or none; their references by marked names. */
    private Map<String, String> putAll(Map<String, String> hidden, String owner) throws DoppelException {
        Map<String, String> references = new LinkedHashMap<>();
        boolean done = false;
        try {
            for (Map.Entry<String, String> e : hidden.entrySet()) {
                references.put(
                        MARK + e.getKey(),
                        put(owner + "/" + e.getKey(), e.getValue()).id());
            }
            done = true;
            return references;
        } finally {
            if (!done) {
                forget(references);
            }
        }
    }

    /**
     * How kept settings change.
     *
     * @param kept what the catalogue keeps from then on
     * @param fresh those of it whose secrets are new; forgotten if the change is not made
     * @param stale earlier ones whose secrets are not needed any more; forgotten when it is made
     * @param moved whether the address changes to which the secrets are sent
     */
    public record Change(
            Map<String, String> kept, Map<String, String> fresh, Map<String, String> stale, boolean moved) {}

    /**
     * Checks a change of kept settings and puts new secrets in the store. A secret of another address is never taken over.
     *
     * @param old what the catalogue keeps
     * @param given new values by field, secrets in clear; an empty one takes the value away
     * @param owner for what the secrets are
     */
    public Change change(SettingsSpec spec, Map<String, String> old, Map<String, String> given, String owner)
            throws DoppelException {
        Map<String, String> merged = new LinkedHashMap<>(shown(old));
        merged.putAll(given);
        merged.values().removeIf(String::isBlank);
        Settings now = spec.parse(merged);
        boolean moved = spec.fields().stream()
                .filter(SettingField::isAddress)
                .anyMatch(f -> !now.find(f.name())
                        .equals(Optional.ofNullable(old.get(f.name())).or(f::defaultValue)));
        Map<String, String> kept = new LinkedHashMap<>();
        Map<String, String> renewed = new LinkedHashMap<>();
        for (SettingField field : spec.fields()) {
            String name = field.name();
            if (!merged.containsKey(name)) {
                continue;
            }
            if (!field.isSecret()) {
                kept.put(name, now.text(name));
            } else if (given.containsKey(name)) {
                renewed.put(name, now.text(name));
            } else if (moved) {
                throw new DoppelException(
                        CommonError.MISSING_SETTING,
                        "'" + name + "' must be given again, because the address changes; what was kept for the old"
                                + " one is never sent to another");
            } else {
                kept.put(MARK + name, old.get(MARK + name));
            }
        }
        Map<String, String> fresh = putAll(renewed, owner);
        kept.putAll(fresh);
        Map<String, String> stale = new LinkedHashMap<>(old);
        stale.values().removeAll(kept.values());
        return new Change(kept, fresh, stale, moved);
    }

    private SecretRef put(String purpose, String value) throws DoppelException {
        char[] chars = value.toCharArray();
        try {
            return temporary ? secrets.putTemporary(purpose, chars) : secrets.put(purpose, chars);
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
