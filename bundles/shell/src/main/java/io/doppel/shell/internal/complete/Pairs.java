package io.doppel.shell.internal.complete;

import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings as {@code name=}, or {@code name=value} once the name is typed and the values are known. */
final class Pairs {
    private Pairs() {}

    static Collection<String> of(Optional<SettingsSpec> spec, String typed) {
        List<String> words = new ArrayList<>();
        for (SettingField field : spec.map(SettingsSpec::fields).orElse(List.of())) {
            String start = field.name() + "=";
            if (field.isSecret()) {
                continue;
            }
            List<String> values = field.type() == SettingType.BOOLEAN ? List.of("true", "false") : field.choices();
            if (typed.startsWith(start) && !values.isEmpty()) {
                values.forEach(value -> words.add(start + value));
            } else {
                words.add(start);
            }
        }
        return words;
    }

    /** The spec of the first word that names a type. */
    static Optional<SettingsSpec> named(Map<String, SettingsSpec> types, List<String> line) {
        return line.stream().skip(1).filter(types::containsKey).findFirst().map(types::get);
    }
}
