package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link SettingsSpec} must keep so that forms and commands can be built from it. */
public abstract class SettingsContract {
    /** The spec under test. */
    protected abstract SettingsSpec spec();

    /** A valid value for each required field. */
    protected abstract Map<String, String> sample() throws Exception;

    @Test
    void namesAreLowerCaseWithDashes() {
        for (SettingField field : spec().fields()) {
            assertTrue(
                    field.name().matches("[a-z][a-z0-9]*(-[a-z0-9]+)*"),
                    "SettingField.name: \"in lower case with dashes\": " + field.name());
        }
    }

    @Test
    void helpIsOneSentence() {
        for (SettingField field : spec().fields()) {
            String help = field.help();
            assertFalse(help.isBlank(), "SettingField.help: \"one sentence for a form\" is empty: " + field.name());
            assertTrue(
                    help.endsWith(".") && help.equals(help.strip()) && help.indexOf('\n') < 0,
                    "SettingField.help: \"one sentence for a form\", ending with a full stop: " + help);
        }
    }

    @Test
    void limitsAndChoicesAreThere() {
        for (SettingField field : spec().fields()) {
            assertTrue(field.min() <= field.max(), "SettingField.min is above max: " + field.name());
            assertTrue(
                    (field.type() == SettingType.CHOICE) != field.choices().isEmpty(),
                    "SettingField.choices: \"words allowed for a CHOICE\", and for nothing else: " + field.name());
        }
    }

    @Test
    void secretsHaveNoDefault() {
        for (SettingField field : spec().fields()) {
            assertFalse(
                    field.isSecret() && field.defaultValue().isPresent(),
                    "a secret must not have a default: " + field.name());
        }
    }

    @Test
    void defaultsParse() throws Exception {
        var settings = spec().parse(sample());
        for (SettingField field : spec().fields()) {
            if (field.isRequired() || field.defaultValue().isPresent()) {
                assertTrue(settings.find(field.name()).isPresent(), "no value after parsing: " + field.name());
            }
        }
    }

    @Test
    void requiredFieldsAreAskedFor() throws Exception {
        for (SettingField field : spec().fields()) {
            if (field.isRequired()) {
                Map<String, String> values = new HashMap<>(sample());
                values.remove(field.name());
                expect(CommonError.MISSING_SETTING, field.name(), values);
            }
        }
    }

    @Test
    void unknownFieldsAreRefused() throws Exception {
        Map<String, String> values = new HashMap<>(sample());
        values.put("no-such-setting", "x");
        expect(CommonError.UNKNOWN_SETTING, "no-such-setting", values);
    }

    private void expect(CommonError kind, String field, Map<String, String> values) {
        DoppelException e = assertThrows(DoppelException.class, () -> spec().parse(values), "SettingsSpec.parse");
        assertTrue(
                e.is(kind) && e.getMessage().contains(field),
                "SettingsSpec.parse: \"" + kind + ", naming the field\" " + field + ": " + e.getMessage());
    }
}
