package io.doppel.core.internal.retention;

import static io.doppel.core.internal.retention.History.NOON;
import static io.doppel.core.internal.retention.History.version;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.RetentionSetting;
import io.doppel.api.retention.VaultRole;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.VersionView;
import io.doppel.api.vault.VersionView.Health;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.PolicyRecord;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import io.doppel.core.RetentionError;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** On a real catalogue. */
class RetentionsTest {
    private static final RetentionScope MAIN = RetentionScope.ofVault("main");

    @TempDir
    static Path folder;

    private static Catalog catalog;
    private static int tests;

    private final List<String> removed = new ArrayList<>();
    private final List<HoldView> holds = new ArrayList<>();
    private Instant now = NOON;
    private Retentions retention;

    @BeforeAll
    static void openCatalog() throws Exception {
        catalog = Catalog.open(folder);
    }

    @AfterAll
    static void closeCatalog() {
        catalog.close();
    }

    /** A vault of its own for each test; what goes by roles is cleared. */
    @BeforeEach
    void addVault() throws Exception {
        String vaultId = "id-" + ++tests;
        for (VaultRecord vault : catalog.vaults().all()) {
            catalog.vaults().remove(vault.name());
        }
        for (PolicyRecord policy : catalog.retention().policies()) {
            catalog.retention().removePolicy(policy.scope());
        }
        catalog.vaults().add(new VaultRecord("main", vaultId, "local", Map.of(), false, false));
        catalog.vaults().add(new VaultRecord("far", "id-far", "local", Map.of(), true, false));
        for (VersionView version : nightly()) {
            catalog.versions().put(version);
        }
        open();
    }

    private void open() {
        retention = new Retentions(
                catalog,
                id -> catalog.versions().startingWith(id).stream()
                        .findFirst()
                        .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, id)),
                vault -> holds,
                host -> List.of(new HostMachine(
                        host.orElseThrow(),
                        new Machine("id-of-new", "new", Machine.PowerState.OFF, Set.of(), List.of(), List.of()))),
                new Clock() {
                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(ZoneId zone) {
                        throw new UnsupportedOperationException();
                    }

                    @Override
                    public Instant instant() {
                        return now;
                    }
                },
                () -> Duration.ofDays(7),
                (vault, ids) -> ids.forEach(id -> removed.add(vault + "/" + id)));
    }

    private static List<VersionView> nightly() {
        List<VersionView> versions = new ArrayList<>();
        for (int day = 0; day < 5; day++) {
            versions.add(version("web" + day, "web", NOON.minus(Duration.ofDays(day)), Health.VALID));
            versions.add(version("db" + day, "db", NOON.minus(Duration.ofDays(day)), Health.UNVERIFIED));
        }
        return versions;
    }

    private void fails(ErrorCode code, String named, Executable call) {
        DoppelException e = assertThrows(DoppelException.class, call);
        assertTrue(e.is(code) && e.what().contains(named), e.getMessage());
    }

    private List<String> dropped() throws DoppelException {
        return retention.droppable("main", now).stream()
                .map(VersionView::id)
                .sorted()
                .toList();
    }

    @Test
    void aPolicyIsSetBitByBitAndOutlivesTheServer() throws Exception {
        assertEquals(List.of(), dropped());
        retention.setPolicy(MAIN, Map.of("keep-last", "4", "minimum-age", "36h", "time-zone", "Asia/Tokyo"));
        retention.setPolicy(MAIN, Map.of("keep-last", "2", "keep-weekly", "1"));
        retention.setPolicy(RetentionScope.ofRole(VaultRole.OFFSITE), Map.of("keep-last", "9"));
        retention.setPolicy(MAIN.withMachine("lab/web"), Map.of("keep-daily", "3"));
        retention.setPolicy(MAIN.withMachine("lab/new"), Map.of("keep-daily", "30"));
        closeCatalog();
        openCatalog();
        open();
        RetentionPolicy policy = History.policy(2, 0, 1, 0, 0, Duration.ofHours(36), ZoneId.of("Asia/Tokyo"));
        List<RetentionSetting> all = retention.policies();
        assertEquals(
                List.of(
                        "offsite vaults",
                        "vault 'main'",
                        "machine 'lab/id-of-new' in vault 'main'",
                        "machine 'lab/web' in vault 'main'"),
                all.stream().map(setting -> setting.scope().toString()).toList());
        assertEquals(policy, all.get(1).policy());
        assertEquals(List.of("db2", "db3", "db4", "web3", "web4"), dropped());
        assertEquals(
                Optional.of(MAIN.withMachine("lab/web")),
                retention
                        .preview("main", Optional.of("lab/web"))
                        .machines()
                        .get(0)
                        .scope());

        retention.clearPolicy(MAIN.withMachine("lab/web"));
        retention.clearPolicy(MAIN.withMachine("lab/id-of-new"));
        assertEquals(List.of("db2", "db3", "db4", "web2", "web3", "web4"), dropped());
        fails(CommonError.NOT_FOUND, "machine 'lab/web'", () -> retention.clearPolicy(MAIN.withMachine("lab/web")));
        retention.setRole("main", VaultRole.OFFSITE);
        retention.clearPolicy(MAIN);
        assertEquals(VaultRole.OFFSITE, retention.role("main"));
        assertEquals(
                9,
                retention
                        .preview("main", Optional.of("db"))
                        .machines()
                        .get(0)
                        .policy()
                        .orElseThrow()
                        .last());
    }

    @Test
    void wrongValuesAreRefusedWithTheirNames() throws Exception {
        for (Map<String, String> wrong : List.of(
                Map.of("keep-last", "-1"),
                Map.of("keep-daily", "many"),
                Map.of("keep-weekly", "1.5"),
                Map.of("keep-monthly", "99999999999"),
                Map.of("minimum-age", "-3d"),
                Map.of("minimum-age", "a while"),
                Map.of("minimum-age", "14"),
                Map.of("time-zone", "Europe/Atlantis"),
                Map.of("time-zone", "UTC+25"))) {
            String name = wrong.keySet().iterator().next();
            fails(CommonError.BAD_SETTING, "'" + name + "'", () -> retention.setPolicy(MAIN, wrong));
        }
        fails(CommonError.UNKNOWN_SETTING, "keep-hourly", () -> retention.setPolicy(MAIN, Map.of("keep-hourly", "1")));
        fails(CommonError.NOT_FOUND, "'none'", () -> retention.setPolicy(RetentionScope.ofVault("none"), Map.of()));
        fails(CommonError.NOT_FOUND, "'lab/no'", () -> retention.setPolicy(MAIN.withMachine("lab/no"), Map.of()));
        fails(JobError.BAD_SELECTION, "'web'", () -> retention.setPolicy(MAIN.withMachine("web"), Map.of()));
        assertEquals(List.of(), retention.policies());
    }

    @Test
    void ofTwoMachinesOfOneNameTheIdTells() throws Exception {
        catalog.versions()
                .put(new VersionView(
                        "other",
                        "main",
                        "lab",
                        "id2",
                        "web",
                        NOON,
                        1,
                        1,
                        1,
                        1,
                        "CRASH",
                        Health.VALID,
                        NOON,
                        List.of()));
        fails(CommonError.NOT_FOUND, "2 machines", () -> retention.setPolicy(MAIN.withMachine("lab/web"), Map.of()));
        retention.setPolicy(MAIN.withMachine("lab/id2"), Map.of("keep-last", "1"));
        retention.setPolicy(MAIN.withMachine("lab/id-of-web"), Map.of("keep-last", "1"));
        assertEquals(List.of("web1", "web2", "web3", "web4"), dropped());
    }

    /** The one that is called web now, and not one that was called so before; that is found as long as no other has the name. */
    @Test
    void aNameIsThatOfTheNewestVersion() throws Exception {
        put("renamed", "id-of-web", "web-old", NOON.plusSeconds(1));
        assertEquals("lab/web-old", nameOfPolicyFor("lab/web"), "nothing else ever had the name");
        put("successor", "id2", "web", NOON.plusSeconds(2));
        assertEquals("lab/web", nameOfPolicyFor("lab/web"));
        assertEquals("lab/web-old", nameOfPolicyFor("lab/web-old"));
    }

    /** Without a version, it is a machine that its host has. */
    @Test
    void aMachineThatIsThereHasItsNameBeforeOneThatHadIt() throws Exception {
        put("before", "id-of-db", "new", NOON.minusSeconds(1));
        put("now", "id-of-db", "db", NOON);
        RetentionScope scope = MAIN.withMachine("lab/new");
        retention.setPolicy(scope, Map.of("keep-last", "1"));
        assertEquals("id-of-new", catalog.retention().policies().get(0).scope().machineId());
    }

    private String nameOfPolicyFor(String machine) throws DoppelException {
        retention.setPolicy(MAIN.withMachine(machine), Map.of("keep-last", "1"));
        String name = retention.policies().get(0).scope().machine().orElseThrow();
        retention.clearPolicy(MAIN.withMachine(name));
        assertEquals(List.of(), retention.policies());
        return name;
    }

    private static void put(String id, String machineId, String name, Instant taken) throws DoppelException {
        catalog.versions()
                .put(new VersionView(
                        id, "main", "lab", machineId, name, taken, 1, 1, 1, 1, "CRASH", Health.VALID, NOON, List.of()));
    }

    /** The server that writes to the vault does not know of it. */
    @Test
    void aVersionOfAVaultForReadingOnlyCannotBePinned() throws Exception {
        catalog.versions()
                .put(new VersionView(
                        "f1", "far", "lab", "w", "w", NOON, 1, 1, 1, 1, "CRASH", Health.VALID, NOON, List.of()));
        fails(JobError.VAULT_READ_ONLY, "'far'", () -> retention.pin("f1", "audit", "admin"));
    }

    @Test
    void pinsOutliveARebuiltCatalogueAndAnotherNameOfTheVault() throws Exception {
        retention.setPolicy(MAIN, Map.of("keep-last", "1"));
        Pin pin = retention.pin("web3", " before the move ", "admin");
        assertEquals(new Pin("main", "web3", "before the move", "admin", NOON), pin);
        List<VersionView> versions = catalog.versions().list(Optional.of("main"), Optional.empty());
        catalog.versions().replaceAll("main", List.of());
        catalog.versions().replaceAll("main", versions);
        assertEquals(List.of("db1", "db2", "db3", "db4", "web1", "web2", "web4"), dropped());
        VaultRecord vault = catalog.vaults().find("main").orElseThrow();
        catalog.vaults().remove("main");
        assertEquals(List.of(), retention.pins(Optional.empty()));
        assertEquals(List.of(), retention.policies());
        catalog.vaults().add(new VaultRecord("renamed", vault.id(), "local", Map.of(), false, false));
        assertEquals("renamed", retention.pins(Optional.of("renamed")).get(0).vault());
        assertEquals(1, retention.policies().size());
    }

    @Test
    void whatIsPinnedWhileVersionsAreDroppedStaysOrIsNotPinned() throws Exception {
        int more = Retentions.BATCH;
        for (int i = 0; i < more; i++) {
            catalog.versions().put(version("m%03d".formatted(i), "many", NOON.minus(Duration.ofDays(i)), Health.VALID));
        }
        retention.setPolicy(MAIN, Map.of("keep-last", "1"));
        List<String> planned =
                retention.droppable("main", now).stream().map(VersionView::id).toList();
        String second = planned.get(planned.size() - 1);
        String gone = planned.get(0);
        String kept = planned.get(1);
        List<List<String>> batches = new ArrayList<>();
        List<CompletableFuture<Pin>> waiting = new ArrayList<>();
        retention.drop("main", now, some -> {
            List<String> ids = some.stream().map(VersionView::id).toList();
            batches.add(ids);
            if (batches.size() == 1) {
                // of the next batch, and of none: nobody waits
                retention.pin(second, "needed", "admin");
                retention.pin("web0", "needed", "admin");
                fails(JobError.IN_USE, gone, () -> retention.remove(List.of(gone), false));
                for (String id : List.of(gone, kept)) {
                    waiting.add(pinned(id));
                }
                catalog.versions()
                        .remove(
                                "main",
                                ids.stream().filter(id -> !id.equals(kept)).toList());
                assertTrue(waiting.stream().noneMatch(CompletableFuture::isDone));
            }
        });
        assertEquals(Retentions.BATCH, batches.get(0).size());
        assertEquals(planned.subList(Retentions.BATCH, planned.size() - 1), batches.get(1));
        assertEquals(kept, waiting.get(1).get(30, TimeUnit.SECONDS).versionId());
        ExecutionException none =
                assertThrows(ExecutionException.class, () -> waiting.get(0).get(30, TimeUnit.SECONDS));
        assertTrue(none.getCause().getMessage().contains(CommonError.NOT_FOUND.id()), none::toString);
        assertEquals(
                Set.of("web0", second, kept),
                retention.pins(Optional.of("main")).stream().map(Pin::versionId).collect(Collectors.toSet()));
    }

    /** Pins a version in a thread that is seen waiting. */
    private CompletableFuture<Pin> pinned(String id) {
        CompletableFuture<Pin> pin = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                pin.complete(retention.pin(id, "needed", "admin"));
            } catch (DoppelException e) {
                pin.completeExceptionally(e);
            }
        });
        thread.start();
        while (thread.getState() != Thread.State.WAITING && !pin.isDone()) {
            Thread.onSpinWait();
        }
        return pin;
    }

    @Test
    void pinsNeedAReasonAndAVersion() throws Exception {
        fails(CommonError.MISSING_SETTING, "reason", () -> retention.pin("web1", " ", "admin"));
        fails(CommonError.NOT_FOUND, "nope", () -> retention.pin("nope", "x", "admin"));
        fails(CatalogError.TOO_LONG, "", () -> retention.pin("web1", "x".repeat(1001), "admin"));
        fails(CommonError.NOT_FOUND, "not pinned", () -> retention.unpin("web1"));
        retention.pin("web1", "x", "admin");
        retention.unpin("web1");
        assertEquals(List.of(), retention.pins(Optional.empty()));
    }

    @Test
    void aRunRemembersTheClockAndOneThatIsWrongDropsNothingUntilItIsAccepted() throws Exception {
        retention.setPolicy(MAIN, Map.of("keep-last", "1"));
        assertEquals(8, dropped().size());
        now = NOON.plusSeconds(60);
        assertEquals(8, dropped().size());
        now = NOON.plusSeconds(59);
        fails(RetentionError.CLOCK_BEHIND, "it was at 2026-11-21T12:01:00Z before", this::dropped);
        now = NOON.minusSeconds(1);
        fails(RetentionError.CLOCK_BEHIND, "The clock says", this::dropped);
        now = NOON.plus(Duration.ofDays(7)).plusSeconds(61);
        fails(RetentionError.CLOCK_AHEAD, "7 days", this::dropped);
        assertTrue(retention.preview("main", Optional.empty()).doubt().startsWith("DPL-RET-0002"));
        assertEquals(List.of(), retention.preview("main", Optional.empty()).dropped());
        fails(RetentionError.CLOCK_AHEAD, "7 days", this::dropped);
        now = NOON.plus(Duration.ofDays(7));
        assertEquals(8, dropped().size());
        now = NOON.plus(Duration.ofDays(14));
        assertEquals(8, dropped().size(), "the run before counts as a sign");
        now = NOON.plus(Duration.ofDays(60));
        retention.acceptClock("main");
        assertEquals(8, dropped().size());
    }

    @Test
    void aRunThatDropsNothingDoesNotMakeAWrongClockRight() throws Exception {
        assertEquals(List.of(), dropped());
        now = NOON.plus(Duration.ofDays(100));
        assertEquals(List.of(), dropped());
        retention.setPolicy(MAIN, Map.of("keep-last", "1"));
        fails(RetentionError.CLOCK_AHEAD, "7 days", this::dropped);
    }

    @Test
    void aVaultForReadingOnlyIsNotTouched() {
        fails(JobError.VAULT_READ_ONLY, "'far'", () -> retention.droppable("far", now));
    }

    @Test
    void removesAllOfWhatIsWantedOrNothing() throws Exception {
        retention.pin("db2", "x", "admin");
        fails(RetentionError.PINNED, "db2", () -> retention.remove(List.of("web2", "db2"), true));
        fails(RetentionError.NEWEST, "web0", () -> retention.remove(List.of("web2", "web0"), false));
        assertEquals(List.of(), removed);
        assertEquals(
                List.of("web2", "db3"),
                retention.remove(List.of("web2", "db3", "web2"), false).stream()
                        .map(VersionView::id)
                        .toList());
        assertEquals(List.of("main/web2", "main/db3"), removed);
        retention.remove(List.of("web0", "web1", "web2", "web3", "web4"), true);
        assertEquals(7, removed.size());
    }

    @Test
    void aPreviewOfOneMachineIsFoundByNameOrId() throws Exception {
        for (String machine : List.of("web", "lab/web", "id-of-web", "lab/id-of-web")) {
            assertEquals(
                    1,
                    retention.preview("main", Optional.of(machine)).machines().size(),
                    machine);
        }
        assertEquals(2, retention.preview("main", Optional.empty()).machines().size());
        catalog.versions()
                .put(new VersionView(
                        "f", "main", "dir", "web", "web", NOON, 1, 1, 1, 1, "CRASH", Health.VALID, NOON, List.of()));
        assertEquals(2, retention.preview("main", Optional.of("web")).machines().size(), "one whose id is its name");
        fails(CommonError.NOT_FOUND, "'nope'", () -> retention.preview("main", Optional.of("nope")));
        fails(CommonError.NOT_FOUND, "'none'", () -> retention.preview("none", Optional.empty()));
    }
}
