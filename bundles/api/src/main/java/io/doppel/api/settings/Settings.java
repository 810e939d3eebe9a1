package io.doppel.api.settings;

import io.doppel.api.secret.SecretRef;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;

/** Checked values of a {@link SettingsSpec}. Immutable; safe to log, because secrets are references. */
public final class Settings {
    private final Map<String, String> values;

    Settings(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** The values as text. */
    public Map<String, String> asMap() {
        return values;
    }

    /** The value, if there is one. */
    public Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /**
     * The value of a field that is required or has a default.
     *
     * @throws NoSuchElementException if it has none
     */
    public String text(String name) {
        return find(name).orElseThrow(() -> new NoSuchElementException(name));
    }

    /** The value of an INTEGER or PORT field. */
    public long integer(String name) {
        return Long.parseLong(text(name));
    }

    /** The value of a BOOLEAN field. */
    public boolean flag(String name) {
        return Boolean.parseBoolean(text(name));
    }

    /** The value of a PATH field. */
    public Path path(String name) {
        return Path.of(text(name));
    }

    /** The value of a SIZE field in bytes. */
    public long size(String name) {
        return SettingValues.size(text(name));
    }

    /** The value of a DURATION field. */
    public Duration duration(String name) {
        return SettingValues.duration(text(name));
    }

    /** The values of a LIST field as {@link SettingType#LIST} says; empty if there is none. */
    public List<String> list(String name) {
        return find(name)
                .map(v -> Arrays.stream(v.split("(?<!\\\\),"))
                        .map(s -> s.replace("\\,", ",").strip())
                        .filter(s -> !s.isEmpty())
                        .toList())
                .orElse(List.of());
    }

    /** The text of a LIST field with these values, which begin and end with no blank. */
    public static String joined(Collection<String> values) {
        return values.stream().map(v -> v.replace(",", "\\,")).collect(Collectors.joining(","));
    }

    /** The reference of a SECRET field. */
    public Optional<SecretRef> secret(String name) {
        return find(name).map(SecretRef::new);
    }
}
