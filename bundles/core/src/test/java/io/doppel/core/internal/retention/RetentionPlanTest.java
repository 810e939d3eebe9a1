package io.doppel.core.internal.retention;

import static io.doppel.core.internal.retention.History.version;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.MachineRetention;
import io.doppel.api.retention.RetentionPreview;
import io.doppel.api.retention.RetentionReason.Code;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.VaultRole;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.api.vault.VersionView;
import io.doppel.api.vault.VersionView.Health;
import io.doppel.catalog.PolicyRecord;
import io.doppel.core.RetentionError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class RetentionPlanTest {
    private static final Duration GAP = Duration.ofDays(7);
    private static final Predicate<MachineRetention> ALL = machine -> true;

    private final List<PolicyRecord> policies = new ArrayList<>();
    private VaultRole role = VaultRole.ONSITE;
    private Optional<Instant> trusted = Optional.empty();
    private final List<VersionView> more = new ArrayList<>();

    private void set(String vaultId, String vaultRole, String machine, Map<String, String> settings) {
        String host = machine.isEmpty() ? "" : "lab";
        policies.add(new PolicyRecord(new PolicyRecord.Scope(vaultId, vaultRole, host, machine), settings));
    }

    private RetentionPlan plan(Instant now) throws DoppelException {
        List<VersionView> versions = new ArrayList<>();
        for (String machine : List.of("web", "db")) {
            for (int day = 0; day < 9; day++) {
                Instant at = History.NOON.minus(Duration.ofDays(day));
                versions.add(version(machine + day, machine, at, Health.VALID));
            }
        }
        versions.addAll(more);
        RetentionPlan.Vault vault = new RetentionPlan.Vault(
                "main", "id-main", role, versions, History.pins(Set.of("db8")), List.of(), trusted);
        return new RetentionPlan(vault, new Policies(policies), now, GAP);
    }

    private int kept(String machine) throws DoppelException {
        return (int)
                of(machine).versions().stream().filter(VersionVerdict::kept).count();
    }

    private MachineRetention of(String machine) throws DoppelException {
        return plan(History.NOON)
                .preview(m -> m.machineName().equals(machine))
                .machines()
                .get(0);
    }

    /** From the least to the most specific; each is taken whole. */
    @Test
    void theMostSpecificPolicyCounts() throws Exception {
        assertEquals(9, kept("web"));
        assertEquals(Optional.empty(), of("web").policy());
        set("id-other", "", "", Map.of("keep-last", "1"));
        set("", "OFFSITE", "", Map.of("keep-last", "1"));
        set("", "OFFSITE", "id-of-web", Map.of("keep-last", "2"));
        assertEquals(9, kept("web"));
        set("", "ONSITE", "", Map.of("keep-last", "3", "minimum-age", "5d"));
        assertEquals(5, kept("web"));
        assertEquals(
                Optional.of(RetentionScope.ofRole(VaultRole.ONSITE)), of("web").scope());
        set("id-main", "", "", Map.of("keep-last", "4"));
        assertEquals(4, kept("web"));
        set("", "ONSITE", "id-of-web", Map.of("keep-daily", "6"));
        assertEquals(6, kept("web"));
        assertEquals(5, kept("db"), "four and a pinned one");
        set("id-main", "", "id-of-web", Map.of("keep-last", "7"));
        assertEquals(7, kept("web"));
        assertEquals(
                Optional.of(RetentionScope.ofVault("main").withMachine("lab/web")),
                of("web").scope());
        assertEquals(Optional.of(RetentionScope.ofVault("main")), of("db").scope());
    }

    @Test
    void aVaultsRoleChoosesAmongThePoliciesOfRoles() throws Exception {
        set("", "ONSITE", "", Map.of("keep-last", "2"));
        set("", "OFFSITE", "", Map.of("keep-last", "5"));
        set("", "OFFSITE", "id-of-web", Map.of("keep-last", "8"));
        assertEquals(2, kept("web"));
        role = VaultRole.OFFSITE;
        assertEquals(8, kept("web"));
        assertEquals(6, kept("db"));
    }

    @Test
    void machinesAreJudgedApart() throws Exception {
        set("id-main", "", "", Map.of("keep-last", "1"));
        RetentionPreview preview = plan(History.NOON).preview(ALL);
        assertEquals(
                List.of("db", "web"),
                preview.machines().stream().map(MachineRetention::machineName).toList());
        assertEquals(15, preview.dropped().size());
        assertEquals(preview.dropped(), plan(History.NOON).droppable());
        assertEquals("", preview.doubt());
    }

    @Test
    void aClockInDoubtDropsNothingAndSaysSo() throws Exception {
        set("id-main", "", "", Map.of("keep-last", "1"));
        for (Duration wrong : List.of(Duration.ofDays(400), Duration.ofMinutes(-1))) {
            RetentionPlan plan = plan(History.NOON.plus(wrong));
            DoppelException doubt = assertThrows(DoppelException.class, plan::droppable);
            assertTrue(
                    doubt.is(wrong.isNegative() ? RetentionError.CLOCK_BEHIND : RetentionError.CLOCK_AHEAD),
                    doubt.getMessage());
            RetentionPreview preview = plan.preview(ALL);
            assertEquals(List.of(), preview.dropped());
            assertEquals(doubt.getMessage(), preview.doubt());
            List<VersionVerdict> web = preview.machines().get(1).versions();
            assertEquals(Code.CLOCK_IN_DOUBT, web.get(8).reasons().get(0).code());
            assertTrue(History.has(web.get(8), Code.NOT_LAST), "what would happen otherwise");
            assertTrue(!History.has(web.get(0), Code.CLOCK_IN_DOUBT), "kept anyway");
        }
        trusted = Optional.of(History.NOON.plus(Duration.ofDays(400)));
        assertEquals(15, plan(trusted.get()).droppable().size());
    }

    @Test
    void aDoubtThatChangesNothingIsNoFailure() throws Exception {
        assertEquals(List.of(), plan(History.NOON.plus(Duration.ofDays(400))).droppable());
        assertTrue(plan(History.NOON.plus(Duration.ofDays(400))).doubt().isPresent());
    }

    /** The longest minimum age in the vault decides how long a clock that jumped must go on. */
    @Test
    void theLongestMinimumAgeDecidesWhenTheClockIsTrustedAgain() throws Exception {
        set("id-main", "", "", Map.of("keep-last", "1"));
        trusted = Optional.of(History.NOON.minus(Duration.ofDays(60)));
        assertEquals(15, plan(History.NOON).droppable().size());
        set("id-main", "", "id-of-db", Map.of("keep-last", "1", "minimum-age", "9d"));
        assertTrue(assertThrows(DoppelException.class, () -> plan(History.NOON).droppable())
                .is(RetentionError.CLOCK_AHEAD));
    }

    private void check(Instant now, boolean newestToo, String... ids) throws DoppelException {
        new RemovalCheck(plan(now), newestToo).check(Set.of(ids));
    }

    private void refused(RetentionError why, Instant now, boolean newestToo, String... ids) {
        DoppelException e = assertThrows(DoppelException.class, () -> check(now, newestToo, ids));
        assertTrue(e.is(why), e.getMessage());
    }

    @Test
    void pinnedYoungAndNewestVersionsAreNotRemovedOnDemand() throws Exception {
        check(History.NOON, false, "web1", "web8", "db7");
        refused(RetentionError.PINNED, History.NOON, true, "web1", "db8");
        refused(RetentionError.NEWEST, History.NOON, false, "web1", "web0");
        check(History.NOON, true, "web1", "web0");
        set("id-main", "", "", Map.of("minimum-age", "5d"));
        refused(RetentionError.TOO_YOUNG, History.NOON, true, "web4");
        check(History.NOON, false, "web5");
        refused(RetentionError.CLOCK_AHEAD, History.NOON.plus(Duration.ofDays(400)), true, "web5");
        check(History.NOON.minus(Duration.ofMinutes(1)), false, "web6");
        refused(RetentionError.TOO_YOUNG, History.NOON.minus(Duration.ofMinutes(1)), false, "web5");
        policies.clear();
        check(History.NOON.plus(Duration.ofDays(400)), false, "web1");
    }

    /** A clock that is ahead of the truth may be behind what it showed before; it makes versions look older all the same. */
    @Test
    void aClockThatWasSetBackButIsStillAheadRemovesNothingYoung() throws Exception {
        set("id-main", "", "", Map.of("minimum-age", "5d"));
        Instant jumped = History.NOON.plus(Duration.ofDays(400));
        more.add(version("jumped", "web", jumped, Health.VALID));
        Instant setBack = jumped.minus(Duration.ofDays(1));
        assertTrue(plan(setBack).doubt().orElseThrow().is(RetentionError.CLOCK_BEHIND));
        refused(RetentionError.CLOCK_AHEAD, setBack, true, "web1");
        trusted = Optional.of(jumped);
        refused(RetentionError.CLOCK_AHEAD, setBack, true, "web1");
        trusted = Optional.of(setBack);
        check(setBack, true, "web1");

        trusted = Optional.empty();
        check(History.NOON, true, "web5");
        refused(RetentionError.TOO_YOUNG, History.NOON, true, "web4");
    }

    @Test
    void theNewestUndamagedVersionIsNotRemovedUnasked() throws Exception {
        Instant later = History.NOON.plus(Duration.ofHours(1));
        more.add(version("broken", "web", later, Health.DAMAGED));
        refused(RetentionError.NEWEST, later, false, "broken");
        refused(RetentionError.NEWEST, later, false, "web0");
        check(later, false, "web1");
        check(later, true, "web0", "broken");
    }
}
