package io.doppel.core.internal.retention;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.MachineRetention;
import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPreview;
import io.doppel.api.retention.RetentionReason;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.VaultRole;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VersionView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What becomes of the versions of one vault. Pure. */
final class RetentionPlan {
    /**
     * What is known of a vault.
     *
     * @param name its name here
     * @param id its own id
     * @param role its role
     * @param versions all its versions
     * @param pins by version id
     * @param holds all that are in it
     * @param trusted when the clock was last trusted
     */
    record Vault(
            String name,
            String id,
            VaultRole role,
            List<VersionView> versions,
            Map<String, Pin> pins,
            List<HoldView> holds,
            Optional<Instant> trusted) {}

    private final Vault vault;
    private final Instant now;
    private final Optional<DoppelException> doubt;
    private final Optional<DoppelException> ahead;
    private final List<MachineRetention> machines = new ArrayList<>();

    /** @param gap see {@link ClockGuard} */
    RetentionPlan(Vault vault, Policies policies, Instant now, Duration gap) {
        this.vault = vault;
        this.now = now;
        vault.versions().stream()
                .collect(Collectors.groupingBy(MachineKey::of))
                .forEach((machine, versions) -> machines.add(
                        judge(versions, policies.of(vault.id(), vault.role().name(), machine))));
        machines.sort(Comparator.comparing(MachineRetention::host)
                .thenComparing(MachineRetention::machineName)
                .thenComparing(MachineRetention::machineId));
        Duration minimumAge = machines.stream()
                .flatMap(machine -> machine.policy().stream())
                .map(policy -> policy.minimumAge())
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
        List<Instant> taken =
                vault.versions().stream().map(VersionView::takenAt).toList();
        ClockGuard guard = new ClockGuard(taken, vault.trusted(), gap, minimumAge);
        doubt = guard.doubt(now);
        ahead = guard.ahead(now);
    }

    private MachineRetention judge(List<VersionView> versions, Optional<Policies.Found> found) {
        List<VersionVerdict> verdicts =
                RetentionRules.judge(found.map(Policies.Found::policy), versions, vault.pins(), now).stream()
                        .map(this::keptIfHeld)
                        .toList();
        VersionView newest = verdicts.get(0).version();
        return new MachineRetention(
                newest.host(),
                newest.machineId(),
                newest.machineName(),
                found.map(f -> scope(f, newest)),
                found.map(Policies.Found::policy),
                verdicts);
    }

    private VersionVerdict keptIfHeld(VersionVerdict verdict) {
        List<RetentionReason> reasons = new ArrayList<>();
        for (HoldView hold : vault.holds()) {
            if (hold.keeps(verdict.version().id())) {
                String text = hold.problem().isEmpty()
                        ? "held by server '" + hold.server() + "': " + hold.purpose()
                        : "a hold, perhaps on this version, cannot be read: " + hold.problem();
                reasons.add(new RetentionReason(RetentionReason.Code.HELD, "", text));
            }
        }
        if (reasons.isEmpty()) {
            return verdict;
        }
        if (verdict.kept()) {
            reasons.addAll(verdict.reasons());
        }
        return new VersionVerdict(verdict.version(), true, reasons);
    }

    private RetentionScope scope(Policies.Found found, VersionView newest) {
        RetentionScope place = found.scope().vaultId().isEmpty()
                ? RetentionScope.ofRole(vault.role())
                : RetentionScope.ofVault(vault.name());
        return found.scope().host().isEmpty() ? place : place.withMachine(newest.host() + "/" + newest.machineName());
    }

    /** Why the clock is not trusted. */
    Optional<DoppelException> doubt() {
        return doubt;
    }

    /** Why versions may be younger than they look, whatever else is wrong with the clock. */
    Optional<DoppelException> ahead() {
        return ahead;
    }

    /** The verdicts as if the clock were right. */
    List<MachineRetention> machines() {
        return List.copyOf(machines);
    }

    /**
     * The versions to be dropped.
     *
     * @throws DoppelException the doubt, if there is one and something would be dropped without it
     */
    List<VersionView> droppable() throws DoppelException {
        List<VersionView> dropped = new RetentionPreview(vault.name(), vault.role(), now, "", machines).dropped();
        if (!dropped.isEmpty() && doubt.isPresent()) {
            throw doubt.get();
        }
        return dropped;
    }

    /** What happens, of the machines that are wanted. */
    RetentionPreview preview(Predicate<MachineRetention> wanted) {
        List<MachineRetention> shown = machines.stream()
                .filter(wanted)
                .map(machine -> doubt.isPresent() ? allKept(machine) : machine)
                .toList();
        String message = doubt.map(DoppelException::getMessage).orElse("");
        return new RetentionPreview(vault.name(), vault.role(), now, message, shown);
    }

    private static MachineRetention allKept(MachineRetention machine) {
        return new MachineRetention(
                machine.host(),
                machine.machineId(),
                machine.machineName(),
                machine.scope(),
                machine.policy(),
                machine.versions().stream()
                        .map(verdict -> verdict.kept() ? verdict : keptInDoubt(verdict))
                        .toList());
    }

    private static VersionVerdict keptInDoubt(VersionVerdict verdict) {
        List<RetentionReason> reasons = new ArrayList<>();
        reasons.add(new RetentionReason(RetentionReason.Code.CLOCK_IN_DOUBT, "", "the clock is in doubt"));
        reasons.addAll(verdict.reasons());
        return new VersionVerdict(verdict.version(), true, reasons);
    }
}
