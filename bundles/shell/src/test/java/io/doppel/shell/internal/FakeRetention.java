package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.MachineRetention;
import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionPreview;
import io.doppel.api.retention.RetentionReason;
import io.doppel.api.retention.RetentionReason.Code;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.retention.RetentionSetting;
import io.doppel.api.retention.VaultRole;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VersionView;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Retention in memory, which decides nothing by itself. */
final class FakeRetention implements RetentionService {
    static final RetentionPolicy POLICY =
            new RetentionPolicy(3, 7, 5, 12, 0, Duration.ofDays(14), ZoneId.of("Europe/Berlin"));

    final Map<RetentionScope, RetentionPolicy> policies = new LinkedHashMap<>();
    final List<Pin> pins = new ArrayList<>();
    final List<String> removed = new ArrayList<>();
    Map<String, String> lastSettings = Map.of();
    VaultRole role = VaultRole.ONSITE;
    String doubt = "";
    boolean accepted;
    boolean newestToo;
    /** How many machines are called web. */
    int machines = 1;

    private final FakeVaults vaults;

    FakeRetention(FakeVaults vaults) {
        this.vaults = vaults;
        policies.put(
                RetentionScope.ofRole(VaultRole.OFFSITE),
                new RetentionPolicy(30, 0, 0, 0, 0, Duration.ZERO, POLICY.zone()));
        policies.put(RetentionScope.ofVault("main"), POLICY);
        policies.put(
                RetentionScope.ofVault("main").withMachine("lab/mail server"),
                new RetentionPolicy(0, 90, 0, 0, 7, Duration.ofHours(36), POLICY.zone()));
        pins.add(new Pin("main", "05aa90b7ffee0123", "before the migration", "admin", FakeInventory.NOON));
    }

    @Override
    public SettingsSpec policySettings() {
        return SettingsSpec.of();
    }

    @Override
    public List<RetentionSetting> policies() {
        return policies.entrySet().stream()
                .map(entry -> new RetentionSetting(entry.getKey(), entry.getValue()))
                .toList();
    }

    @Override
    public RetentionPolicy setPolicy(RetentionScope scope, Map<String, String> settings) throws DoppelException {
        lastSettings = settings;
        policies.put(scope, POLICY);
        return POLICY;
    }

    @Override
    public void clearPolicy(RetentionScope scope) throws DoppelException {
        if (policies.remove(scope) == null) {
            throw new DoppelException(CommonError.NOT_FOUND, "No policy was set for " + scope);
        }
    }

    @Override
    public VaultRole role(String vault) {
        return role;
    }

    @Override
    public void setRole(String vault, VaultRole now) {
        role = now;
    }

    @Override
    public List<Pin> pins(Optional<String> vault) {
        return List.copyOf(pins);
    }

    @Override
    public Pin pin(String version, String reason, String by) throws DoppelException {
        Pin pin = new Pin("main", vaults.version(version).id(), reason, by, FakeInventory.NOON);
        pins.add(pin);
        return pin;
    }

    @Override
    public void unpin(String version) {
        pins.removeIf(pin -> pin.versionId().startsWith(version));
    }

    @Override
    public RetentionPreview preview(String vault, Optional<String> machine) throws DoppelException {
        VersionVerdict kept = new VersionVerdict(
                vaults.versions.get(0),
                true,
                List.of(
                        new RetentionReason(Code.LAST, "", "last 1 of 3"),
                        new RetentionReason(Code.DAILY, "2026-11-21", "daily 2026-11-21, still running")));
        VersionVerdict dropped = new VersionVerdict(
                vaults.versions.get(1),
                false,
                List.of(new RetentionReason(Code.NOT_DAILY, "2026-11-20", "2026-11-20 is before the 7 newest days")));
        MachineRetention web = new MachineRetention(
                "lab",
                machines == 1 ? "web" : "id1",
                "web",
                Optional.of(RetentionScope.ofVault("main")),
                Optional.of(POLICY),
                List.of(kept, dropped));
        if (machine.isPresent() && !List.of("web", "lab/web").contains(machine.get())) {
            throw new DoppelException(CommonError.NOT_FOUND, "No version of a machine '" + machine.get() + "'");
        }
        MachineRetention second =
                new MachineRetention("lab", "id2", "web", Optional.empty(), Optional.empty(), List.of(kept));
        return new RetentionPreview(
                vault, role, FakeInventory.NOON, doubt, List.of(web, second).subList(0, machines));
    }

    @Override
    public void acceptClock(String vault) {
        accepted = true;
    }

    @Override
    public List<VersionView> removable(List<String> versions, boolean newest) throws DoppelException {
        newestToo = newest;
        List<VersionView> found = new ArrayList<>();
        for (String id : versions) {
            found.add(vaults.version(id));
        }
        return found;
    }

    @Override
    public List<VersionView> remove(List<String> versions, boolean newest) throws DoppelException {
        removed.addAll(versions);
        return removable(versions, newest);
    }
}
