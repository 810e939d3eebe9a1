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
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.PinRecord;
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
    private final NamedRecords<VaultRecord> vaults;
    private final VersionRecords versions;
    private final RetentionRecords records;
    private final Lookup lookup;
    private final HoldLookup holds;
    private final MachineFinder machines;
    private final Clock clock;
    private final Supplier<Duration> clockGap;
    private final VersionRemover remover;

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
        List<Pin> pins = new ArrayList<>();
        Map<String, String> names = new HashMap<>();
        for (VaultRecord known : vault.isPresent() ? List.of(vault(vault.get())) : vaults.all()) {
            names.put(known.id(), known.name());
        }
        for (PinRecord pin : records.pins()) {
            if (names.containsKey(pin.vaultId())) {
                pins.add(new Pin(names.get(pin.vaultId()), pin.versionId(), pin.reason(), pin.by(), pin.at()));
            }
        }
        return pins;
    }

    @Override
    public synchronized Pin pin(String version, String reason, String by) throws DoppelException {
        if (reason.isBlank()) {
            throw new DoppelException(CommonError.MISSING_SETTING, "A pin needs a reason");
        }
        VersionView found = lookup.version(version);
        VaultRecord vault = vault(found.vault());
        if (vault.readOnly()) {
            // the server that writes to it knows nothing of our pins
            throw readOnly(vault);
        }
        Pin pin = new Pin(found.vault(), found.id(), reason.strip(), by, clock.instant());
        records.putPin(new PinRecord(vault.id(), found.id(), pin.reason(), by, pin.at()));
        return pin;
    }

    @Override
    public synchronized void unpin(String version) throws DoppelException {
        // A pin may be left of a version that another server has removed.
        List<Pin> found = pins(Optional.empty()).stream()
                .filter(pin -> pin.versionId().startsWith(version) && !version.isEmpty())
                .toList();
        if (found.size() != 1) {
            throw new DoppelException(
                    CommonError.NOT_FOUND,
                    found.isEmpty()
                            ? "Version '" + version + "' is not pinned"
                            : "'" + version + "' is the start of " + found.size() + " pinned versions");
        }
        records.removePin(vault(found.get(0).vault()).id(), found.get(0).versionId());
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
        if (vault(vault).readOnly()) {
            throw readOnly(vault(vault));
        }
        RetentionPlan plan = plan(vault, now);
        List<VersionView> dropped = plan.droppable();
        if (plan.doubt().isEmpty()) {
            records.putTrusted(vault(vault).id(), now);
        }
        return dropped;
    }

    /** Drops a version. */
    @FunctionalInterface
    public interface Dropper {
        /** Drops it, or says that it has to stay. */
        void drop(VersionView version) throws DoppelException;
    }

    /** Drops what {@link #droppable} gives, one after the other; nobody pins a version meanwhile. */
    public synchronized void drop(String vault, Instant now, Dropper dropper) throws DoppelException {
        for (VersionView version : droppable(vault, now)) {
            dropper.drop(version);
        }
    }

    /** What {@link #droppable} would give now; remembers nothing. */
    public List<VersionView> wouldDrop(String vault) throws DoppelException {
        return plan(vault, clock.instant()).droppable();
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
    public synchronized List<VersionView> remove(List<String> wanted, boolean newestToo) throws DoppelException {
        List<VersionView> all = removable(wanted, newestToo);
        Map<String, List<String>> byVault = all.stream()
                .collect(Collectors.groupingBy(
                        VersionView::vault,
                        LinkedHashMap::new,
                        Collectors.mapping(VersionView::id, Collectors.toList())));
        for (Map.Entry<String, List<String>> vault : byVault.entrySet()) {
            remover.remove(vault.getKey(), vault.getValue());
        }
        return all;
    }

    private RetentionPlan plan(String name, Instant now) throws DoppelException {
        VaultRecord vault = vault(name);
        Map<String, Pin> pins = pins(Optional.of(name)).stream().collect(Collectors.toMap(Pin::versionId, pin -> pin));
        RetentionPlan.Vault known = new RetentionPlan.Vault(
                name,
                vault.id(),
                roleOf(vault.id()),
                versions.list(Optional.of(name), Optional.empty()),
                pins,
                holds.holds(name),
                records.trusted(vault.id()));
        return new RetentionPlan(known, new Policies(records.policies()), now, clockGap.get());
    }

    private static DoppelException readOnly(VaultRecord vault) {
        return new DoppelException(
                JobError.VAULT_READ_ONLY, "Vault '" + vault.name() + "' cannot be changed from here");
    }

    private VaultRecord vault(String name) throws DoppelException {
        return vaults.find(name)
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + name + "'"));
    }
}
