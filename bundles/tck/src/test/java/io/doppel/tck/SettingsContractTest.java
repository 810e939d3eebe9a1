package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SettingsContractTest {
    private static final SettingField PATH = SettingField.required("path", SettingType.PATH, "Where it is.");
    private static SettingsSpec underTest;

    static class Subject extends SettingsContract {
        @Override
        protected SettingsSpec spec() {
            return underTest;
        }

        @Override
        protected Map<String, String> sample() {
            return Map.of("path", "/srv");
        }
    }

    private static ContractRun run(SettingField extra) {
        underTest = SettingsSpec.of(PATH, extra);
        return ContractRun.of(Subject.class);
    }

    @Test
    void aGoodSpecPasses() {
        assertEquals(
                List.of(),
                run(SettingField.choice("how-fast", "How fast it goes.", "slow", List.of("slow", "fast")))
                        .failures());
    }

    @TestFactory
    Stream<DynamicTest> badSpecsFail() {
        return Map.of(
                        "name in capitals", SettingField.optional("Path2", SettingType.TEXT, "Something."),
                        "no help", SettingField.optional("x", SettingType.TEXT, " "),
                        "help without a full stop", SettingField.optional("x", SettingType.TEXT, "Something"),
                        "default that does not parse",
                                SettingField.optional("x", SettingType.INTEGER, "A number.")
                                        .withDefault("many"),
                        "default outside the limits",
                                SettingField.optional("x", SettingType.INTEGER, "A number.")
                                        .withLimits(1, 5)
                                        .withDefault("6"),
                        "secret with default",
                                SettingField.optional("x", SettingType.SECRET, "A secret.")
                                        .withDefault("hello"),
                        "choice of nothing", SettingField.optional("x", SettingType.CHOICE, "A choice."),
                        "limits crossed",
                                SettingField.optional("x", SettingType.INTEGER, "A number.")
                                        .withLimits(5, 1))
                .entrySet()
                .stream()
                .map(bad -> DynamicTest.dynamicTest(
                        bad.getKey(),
                        () -> assertFalse(run(bad.getValue()).failures().isEmpty())));
    }
}
