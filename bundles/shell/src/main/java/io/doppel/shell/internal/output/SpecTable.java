package io.doppel.shell.internal.output;

import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingsSpec;
import java.util.Map;

/** The settings of types or kinds as a table. */
public final class SpecTable {
    private SpecTable() {}

    /** One row for each setting, under this heading for the type. */
    public static Table of(String heading, Map<String, SettingsSpec> specs, String ifEmpty) {
        Table table = new Table(ifEmpty)
                .name(heading)
                .name("SETTING")
                .name("VALUE")
                .text("DEFAULT")
                .minor()
                .text("MEANING");
        specs.forEach((name, spec) -> {
            if (spec.fields().isEmpty()) {
                table.row(name, "-", "-", "-", "It has no settings.");
            }
            for (SettingField field : spec.fields()) {
                table.row(name, field.name(), kind(field), standard(field), field.help());
            }
        });
        return table;
    }

    private static String kind(SettingField field) {
        String kind = field.choices().isEmpty() ? Human.word(field.type()) : String.join("|", field.choices());
        return field.unit().isEmpty() ? kind : kind + " (" + field.unit() + ")";
    }

    private static String standard(SettingField field) {
        return field.defaultValue().orElse(field.isRequired() ? "required" : "-");
    }
}
