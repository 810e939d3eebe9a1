package io.doppel.vault;

import java.util.List;
import java.util.Map;

/**
 * What a verification found.
 *
 * @param bytes bytes that were read and checked
 * @param problems what is wrong with objects, whatever depends on them
 * @param versions for every version that was checked, what keeps it from being restored whole; empty list if nothing does
 */
public record VerifyReport(long bytes, List<Problem> problems, Map<String, List<String>> versions) {
    /** Copies. */
    public VerifyReport {
        problems = List.copyOf(problems);
        versions = Map.copyOf(versions);
    }

    /** Whether nothing is wrong. */
    public boolean clean() {
        return problems.isEmpty() && versions.values().stream().allMatch(List::isEmpty);
    }

    /**
     * Something wrong.
     *
     * @param object name of the object
     * @param reason what is wrong with it
     */
    public record Problem(String object, String reason) {}
}
