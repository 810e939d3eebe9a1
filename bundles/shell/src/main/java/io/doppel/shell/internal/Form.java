package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingsSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fills in the settings of a spec from {@code --set}, {@code --set-secret} and questions. */
public final class Form {
    private final Screen screen;
    private final SettingsSpec spec;

    /** A form of this spec, filled in at this screen. */
    public Form(Screen screen, SettingsSpec spec) {
        this.screen = screen;
        this.spec = spec;
    }

    /** The spec of that type or kind. */
    public static SettingsSpec find(Map<String, SettingsSpec> types, String name) throws DoppelException {
        SettingsSpec spec = types.get(name);
        if (spec == null) {
            throw new DoppelException(
                    CommonError.NOT_FOUND,
                    "There is no type '" + name + "'; there are: " + String.join(", ", types.keySet()));
        }
        return spec;
    }

    /**
     * What was given of settings that are no secrets.
     *
     * @param set {@code name=value}
     */
    public Map<String, String> open(List<String> set) throws DoppelException {
        Map<String, String> values = pairs(set);
        for (String name : values.keySet()) {
            if (isSecret(name)) {
                throw new DoppelException(ShellError.SECRET_IN_THE_OPEN, "'" + name + "' is a secret");
            }
        }
        return values;
    }

    /**
     * The settings as the API takes them. Required secrets that were not given are asked for. All other checks are the
     * service's.
     *
     * @param set {@code name=value}, no secrets
     * @param setSecret {@code name=-} for a line of standard input or, in the interactive shell, a question; {@code
     *     name=@file} for the first line of a file on the server
     */
    public Map<String, String> fill(List<String> set, List<String> setSecret) throws DoppelException {
        Map<String, String> values = open(set);
        addSecrets(values, setSecret, Map.of());
        return values;
    }

    /**
     * Adds the secrets: those given, and asks for those that are required and not kept, or kept for another address.
     *
     * @param values settings given that are no secrets; gets the secrets
     * @param kept settings as they are kept already; empty for something new
     */
    public void addSecrets(Map<String, String> values, List<String> setSecret, Map<String, String> kept)
            throws DoppelException {
        boolean moved = spec.fields().stream()
                .anyMatch(f -> f.isAddress()
                        && values.containsKey(f.name())
                        && !values.get(f.name()).equals(kept.getOrDefault(f.name(), "")));
        for (Map.Entry<String, String> secret : pairs(setSecret).entrySet()) {
            values.put(secret.getKey(), given(secret.getKey(), secret.getValue()));
        }
        for (SettingField field : spec.fields()) {
            boolean needed = kept.containsKey(field.name()) ? moved : field.isRequired();
            if (field.isSecret() && needed && !values.containsKey(field.name())) {
                values.put(field.name(), text(screen.secret(field.help() + " (" + field.name() + ")")));
            }
        }
    }

    /** Splits {@code name=value}. */
    public static Map<String, String> pairs(List<String> set) throws DoppelException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : set) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw Words.usage("Expected name=value, not '" + pair + "'");
            }
            if (values.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
                throw Words.usage("'" + pair.substring(0, equals) + "' is given twice");
            }
        }
        return values;
    }

    private String given(String name, String source) throws DoppelException {
        Optional<SettingField> field = spec.field(name);
        if (field.isPresent() && !field.get().isSecret()) {
            throw Words.usage("'" + name + "' is no secret: use --set");
        }
        if (source.startsWith("@")) {
            return text(Secrets.file(source.substring(1)));
        }
        if (!source.equals("-")) {
            throw new DoppelException(ShellError.SECRET_IN_THE_OPEN, "'" + name + "' is a secret");
        }
        return text(screen.canAskSecrets() ? screen.secret(name) : screen.inputLine());
    }

    private boolean isSecret(String name) {
        return spec.field(name).map(SettingField::isSecret).orElse(false);
    }

    /** The API takes settings as text. */
    private static String text(char[] secret) {
        String text = new String(secret);
        Arrays.fill(secret, '\0');
        return text;
    }
}
