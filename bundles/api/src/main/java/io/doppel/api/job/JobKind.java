package io.doppel.api.job;

import io.doppel.api.settings.SettingsSpec;
import java.util.Objects;

/**
 * A kind of job that can be run now.
 *
 * @param name short word, for example {@code backup}
 * @param title one line for people
 * @param options options of the kind
 */
public record JobKind(String name, String title, SettingsSpec options) {
    /** Checks the parts. */
    public JobKind {
        Objects.requireNonNull(name);
        Objects.requireNonNull(title);
        Objects.requireNonNull(options);
    }
}
