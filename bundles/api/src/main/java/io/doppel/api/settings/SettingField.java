package io.doppel.api.settings;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** One field of a {@link SettingsSpec}. Immutable. Made by the static methods and refined by the {@code with…} methods. */
public final class SettingField {
    private final String name;
    private final SettingType type;
    private final String help;
    private final boolean required;
    private final String defaultValue;
    private final long min;
    private final long max;
    private final List<String> choices;
    private final String unit;
    private final boolean address;

    private SettingField(
            String name,
            SettingType type,
            String help,
            boolean required,
            String defaultValue,
            long min,
            long max,
            List<String> choices,
            String unit,
            boolean address) {
        this.name = Objects.requireNonNull(name);
        this.type = Objects.requireNonNull(type);
        this.help = Objects.requireNonNull(help);
        this.required = required;
        this.defaultValue = defaultValue;
        this.min = min;
        this.max = max;
        this.choices = List.copyOf(choices);
        this.unit = Objects.requireNonNull(unit);
        this.address = address;
    }

    /** A field that must be given. */
    public static SettingField required(String name, SettingType type, String help) {
        return new SettingField(name, type, help, true, null, Long.MIN_VALUE, Long.MAX_VALUE, List.of(), "", false);
    }

    /** A field that may be left out and then has no value. */
    public static SettingField optional(String name, SettingType type, String help) {
        return new SettingField(name, type, help, false, null, Long.MIN_VALUE, Long.MAX_VALUE, List.of(), "", false);
    }

    /** A choice among fixed words. */
    public static SettingField choice(String name, String help, String defaultValue, List<String> choices) {
        return new SettingField(
                name,
                SettingType.CHOICE,
                help,
                false,
                defaultValue,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                choices,
                "",
                false);
    }

    /** The same with a default, which makes it optional. */
    public SettingField withDefault(String value) {
        return new SettingField(name, type, help, false, value, min, max, choices, unit, address);
    }

    /** The same with limits (both inclusive) for INTEGER (plain), SIZE (bytes) or DURATION (seconds). */
    public SettingField withLimits(long least, long most) {
        return new SettingField(name, type, help, required, defaultValue, least, most, choices, unit, address);
    }

    /** The same with a unit shown behind the value. */
    public SettingField withUnit(String shown) {
        return new SettingField(name, type, help, required, defaultValue, min, max, choices, shown, address);
    }

    /** Marks the field as part of the address that secrets are sent to: changing it voids them. */
    public SettingField asAddress() {
        return new SettingField(name, type, help, required, defaultValue, min, max, choices, unit, true);
    }

    /** Name in lower case with dashes, unique in its spec. */
    public String name() {
        return name;
    }

    /** Type of the value. */
    public SettingType type() {
        return type;
    }

    /** One sentence for a form. */
    public String help() {
        return help;
    }

    /** Whether a value must be given. */
    public boolean isRequired() {
        return required;
    }

    /** Value used when none is given. */
    public Optional<String> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** Least value, inclusive. */
    public long min() {
        return min;
    }

    /** Greatest value, inclusive. */
    public long max() {
        return max;
    }

    /** Words allowed for a CHOICE. */
    public List<String> choices() {
        return choices;
    }

    /** Unit for display, possibly empty. */
    public String unit() {
        return unit;
    }

    /** Whether changing the value voids the secrets of the same settings. */
    public boolean isAddress() {
        return address;
    }

    /** Whether the value is a secret. */
    public boolean isSecret() {
        return type == SettingType.SECRET;
    }
}
