package io.doppel.core.internal.retention;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.MachineRetention;
import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionPreview;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.retention.RetentionSetting;
import io.doppel.api.retention.VaultRole;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.PolicyRecord;
import io.doppel.catalog.RetentionRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.catalog.VersionRecords;
import io.doppel.core.JobError;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Retention on what the catalogue knows. */
public final class Retentions implements RetentionService {
    /** So many versions are removed by one new head of the vault at most; in between it can be cancelled. */
    static final int BATCH = 256;

    private final NamedRecords<VaultRecord> vaults;
    private final VersionRecords versions;
    private final RetentionRecords records;
    private final Lookup lookup;
    private final HoldLookup holds;
    private final MachineFinder machines;
    private final Clock clock;
    private final Supplier<Duration> clockGap;
    private final VersionRemover remover;
    private final Pins pins;

    /** Finds versions by what people type. */
    @FunctionalInterface
    public interface Lookup {
        /** The version whose id equals or uniquely starts with {@code id}. */
        VersionView version(String id) throws DoppelException;
    }

    /** Finds what is held. */
    @FunctionalInterface
    public interface HoldLookup {
        /** The holds in a vault, by its name here. */
        List<HoldView> holds(String vault) throws DoppelException;
    }

    /**
     * Made by the core.
     *
     * @param clockGap longest plausible time between two signs of a vault's use; asked each time
     */
    public Retentions(
            Catalog catalog,
            Lookup lookup,
            HoldLookup holds,
            MachineFinder.Hosts hosts,
            Clock clock,
            Supplier<Duration> clockGap,
            VersionRemover remover) {
        this.vaults = catalog.vaults();
        this.versions = catalog.versions();
        this.records = catalog.retention();
        this.lookup = lookup;
        this.holds = holds;
        this.machines = new MachineFinder(versions, hosts);
        this.clock = clock;
        this.clockGap = clockGap;
        this.remover = remover;
        this.pins = new Pins(vaults, records, lookup, clock);
    }

    @Override
    public SettingsSpec policySettings() {
        return PolicyForm.spec();
    }

    @Override
    public List<RetentionSetting> policies() throws DoppelException {
        Map<String, String> names =
                vaults.all().stream().collect(Collectors.toMap(VaultRecord::id, VaultRecord::name, (a, b) -> a));
        List<RetentionSetting> settings = new ArrayList<>();
        for (PolicyRecord found : records.policies()) {
            PolicyRecord.Scope scope = found.scope();
            if (scope.vaultId().isEmpty() || names.containsKey(scope.vaultId())) {
                RetentionScope place = scope.vaultId().isEmpty()
                        ? RetentionScope.ofRole(VaultRole.valueOf(scope.role()))
                        : RetentionScope.ofVault(names.get(scope.vaultId()));
                RetentionScope whole = scope.host().isEmpty()
                        ? place
                        : place.withMachine(machines.name(new MachineKey(scope.host(), scope.machineId())));
                settings.add(new RetentionSetting(whole, PolicyForm.parse(found.settings())));
            }
        }
        return settings;
    }

    @Override
    public synchronized RetentionPolicy setPolicy(RetentionScope scope, Map<String, String> settings)
            throws DoppelException {
        PolicyRecord.Scope kept = scope(scope);
        Map<String, String> all = new HashMap<>();
        for (PolicyRecord found : records.policies()) {
            if (found.scope().equals(kept)) {
                all.putAll(found.settings());
            }
        }
        all.putAll(settings);
        RetentionPolicy policy = PolicyForm.parse(all);
        records.putPolicy(new PolicyRecord(kept, PolicyForm.settings(policy)));
        return policy;
    }

    @Override
    public void clearPolicy(RetentionScope scope) throws DoppelException {
        if (!records.removePolicy(scope(scope))) {
            throw new DoppelException(CommonError.NOT_FOUND, "No policy was set for " + scope);
        }
    }

    private PolicyRecord.Scope scope(RetentionScope scope) throws DoppelException {
        String vaultId = scope.vault().isPresent() ? vault(scope.vault().get()).id() : "";
        String role = scope.role().map(VaultRole::name).orElse("");
        if (scope.machine().isEmpty()) {
            return new PolicyRecord.Scope(vaultId, role, "", "");
        }
        MachineKey machine = machines.find(scope.machine().get(), machinesWithPolicies());
        return new PolicyRecord.Scope(vaultId, role, machine.host(), machine.id());
    }

    private Set<MachineKey> machinesWithPolicies() throws DoppelException {
        return records.policies().stream()
                .map(PolicyRecord::scope)
                .map(scope -> new MachineKey(scope.host(), scope.machineId()))
                .collect(Collectors.toSet());
    }

    @Override
    public VaultRole role(String vault) throws DoppelException {
        return roleOf(vault(vault).id());
    }

    private VaultRole roleOf(String vaultId) throws DoppelException {
        return records.role(vaultId).map(VaultRole::valueOf).orElse(VaultRole.ONSITE);
    }

    @Override
    public void setRole(String vault, VaultRole role) throws DoppelException {
        records.putRole(vault(vault).id(), role.name());
    }

    @Override
    public List<Pin> pins(Optional<String> vault) throws DoppelException {
        return pins.of(vault);
    }

    @Override
    public Pin pin(String version, String reason, String by) throws DoppelException {
        return pins.pin(version, reason, by);
    }

    @Override
    public void unpin(String version) throws DoppelException {
        pins.unpin(version);
    }

    @Override
    public RetentionPreview preview(String vault, Optional<String> machine) throws DoppelException {
        RetentionPreview preview =
                plan(vault, clock.instant()).preview(found -> machine.isEmpty() || isMeant(found, machine.get()));
        if (machine.isPresent() && preview.machines().isEmpty()) {
            throw new DoppelException(
                    CommonError.NOT_FOUND, "Vault '" + vault + "' has no version of a machine '" + machine.get() + "'");
        }
        return preview;
    }

    private static boolean isMeant(MachineRetention found, String text) {
        String onHost = found.host() + "/";
        return List.of(found.machineName(), found.machineId(), onHost + found.machineName(), onHost + found.machineId())
                .contains(text);
    }

    /**
     * A retention run: the versions of a vault to be dropped. Remembers {@code now} as a time at which the clock was right.
     *
     * @throws DoppelException {@code RetentionError.CLOCK_BEHIND} or {@code CLOCK_AHEAD} if something would be dropped but the clock
     *     is in doubt; {@link JobError#VAULT_READ_ONLY}
     */
    public List<VersionView> droppable(String vault, Instant now) throws DoppelException {
        Pins.requireWritable(vault(vault));
        RetentionPlan plan = plan(vault, now);
        List<VersionView> dropped = plan.droppable();
        if (plan.doubt().isEmpty()) {
            records.putTrusted(vault(vault).id(), now);
        }
        return dropped;
    }

    /** Drops versions. */
    @FunctionalInterface
    public interface Dropper {
        /** Drops them, as many at once as it can, or says which have to stay. */
        void drop(List<VersionView> some) throws DoppelException;
    }

    /**
     * Drops what {@link #droppable} gives, at most {@link #BATCH} at once. What is decided meanwhile counts until its turn has come: a
     * version that is pinned by then stays, and so does one that a new policy or a hold keeps. Nobody waits for all of it: who pins a
     * version whose turn it is waits until it is gone or stays. One that somebody else is removing is left to him.
     */
    public void drop(String vault, Instant now, Dropper dropper) throws DoppelException {
        List<String> planned = ids(droppable(vault, now));
        for (int from = 0; from < planned.size(); from += BATCH) {
            Set<String> leaving = pins.leave(planned.subList(from, Math.min(planned.size(), from + BATCH)));
            try {
                List<VersionView> still = plan(vault, now).droppable().stream()
                        .filter(version -> leaving.contains(version.id()))
                        .toList();
                if (!still.isEmpty()) {
                    dropper.drop(still);
                }
            } finally {
                pins.decided(leaving);
            }
        }
    }

    private static List<String> ids(List<VersionView> some) {
        return some.stream().map(VersionView::id).toList();
    }

    /** What {@link #droppable} would give now; remembers nothing. */
    public List<VersionView> wouldDrop(String vault) throws DoppelException {
        return plan(vault, clock.instant()).droppable();
    }

    /** Which of these versions retention would keep if they were in the vault, too, by a clock that is right. */
    public Set<String> wouldKeep(String vault, List<VersionView> more) throws DoppelException {
        Set<String> asked = Set.copyOf(ids(more));
        List<VersionView> all = new ArrayList<>(versions.list(Optional.of(vault), Optional.empty()));
        all.addAll(more);
        return plan(vault, all, clock.instant()).machines().stream()
                .flatMap(machine -> machine.versions().stream())
                .filter(VersionVerdict::kept)
                .map(verdict -> verdict.version().id())
                .filter(asked::contains)
                .collect(Collectors.toSet());
    }

    @Override
    public void acceptClock(String vault) throws DoppelException {
        records.putTrusted(vault(vault).id(), clock.instant());
    }

    @Override
    public List<VersionView> removable(List<String> wanted, boolean newestToo) throws DoppelException {
        Map<String, VersionView> found = new LinkedHashMap<>();
        for (String id : wanted) {
            VersionView version = lookup.version(id);
            found.put(version.id(), version);
        }
        for (String vault :
                found.values().stream().map(VersionView::vault).distinct().toList()) {
            new RemovalCheck(plan(vault, clock.instant()), newestToo).check(found.keySet());
        }
        return List.copyOf(found.values());
    }

    @Override
    public List<VersionView> remove(List<String> wanted, boolean newestToo) throws DoppelException {
        List<String> ids = new ArrayList<>();
        for (String id : wanted) {
            ids.add(lookup.version(id).id());
        }
        Set<String> leaving = pins.leave(ids);
        try {
            for (String id : ids) {
                if (!leaving.contains(id)) {
                    throw new DoppelException(JobError.IN_USE, "Version " + id + " is being removed");
                }
            }
            // only now, so that no pin is overlooked
            List<VersionView> all = removable(ids, newestToo);
            Map<String, List<String>> byVault = all.stream()
                    .collect(Collectors.groupingBy(
                            VersionView::vault,
                            LinkedHashMap::new,
                            Collectors.mapping(VersionView::id, Collectors.toList())));
            for (Map.Entry<String, List<String>> vault : byVault.entrySet()) {
                remover.remove(vault.getKey(), vault.getValue());
            }
            return all;
        } finally {
            pins.decided(leaving);
        }
    }

    private RetentionPlan plan(String name, Instant now) throws DoppelException {
        return plan(name, versions.list(Optional.of(name), Optional.empty()), now);
    }

    private RetentionPlan plan(String name, List<VersionView> there, Instant now) throws DoppelException {
        VaultRecord vault = vault(name);
        Map<String, Pin> pinned =
                pins.of(Optional.of(name)).stream().collect(Collectors.toMap(Pin::versionId, pin -> pin));
        RetentionPlan.Vault known = new RetentionPlan.Vault(
                name, vault.id(), roleOf(vault.id()), there, pinned, holds.holds(name), records.trusted(vault.id()));
        return new RetentionPlan(known, new Policies(records.policies()), now, clockGap.get());
    }

    private VaultRecord vault(String name) throws DoppelException {
        return pins.vault(name);
    }
}
