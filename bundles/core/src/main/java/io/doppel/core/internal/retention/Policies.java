package io.doppel.core.internal.retention;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.catalog.PolicyRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The policies that were set, and which of them counts. */
final class Policies {
    /** A policy and what it was set for. */
    record Found(PolicyRecord.Scope scope, RetentionPolicy policy) {}

    private final Map<PolicyRecord.Scope, RetentionPolicy> byScope = new HashMap<>();

    Policies(List<PolicyRecord> records) throws DoppelException {
        for (PolicyRecord found : records) {
            byScope.put(found.scope(), PolicyForm.parse(found.settings()));
        }
    }

    /** The most specific policy for a machine in a vault of that id and role. */
    Optional<Found> of(String vaultId, String role, MachineKey machine) {
        return Stream.of(
                        new PolicyRecord.Scope(vaultId, "", machine.host(), machine.id()),
                        new PolicyRecord.Scope("", role, machine.host(), machine.id()),
                        new PolicyRecord.Scope(vaultId, "", "", ""),
                        new PolicyRecord.Scope("", role, "", ""))
                .filter(byScope::containsKey)
                .findFirst()
                .map(scope -> new Found(scope, byScope.get(scope)));
    }
}
