package io.doppel.api.job;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What shall be done, again and again or once.
 *
 * @param name its name; empty for a job that runs once
 * @param kind job kind, see {@link JobService#kinds()}
 * @param machines which machines: {@code host/machine}, {@code host/tag:name}, {@code host/member:name}, the latter two also
 *     without the host, or {@code *}; {@code *} in a part stands for any characters; a leading {@code !} leaves out what fits.
 *     Machines that their host excludes are taken only where they are named by themselves. Empty where the kind needs none
 * @param options options of the kind, as text
 */
public record JobDefinition(String name, String kind, List<String> machines, Map<String, String> options) {
    /** Checks and copies. */
    public JobDefinition {
        Objects.requireNonNull(name);
        Objects.requireNonNull(kind);
        machines = List.copyOf(machines);
        options = Map.copyOf(options);
    }
}
