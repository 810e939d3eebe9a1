package io.doppel.catalog.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.VersionOrigin;
import io.doppel.api.vault.VersionView;
import io.doppel.api.vault.VersionView.Health;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.CatalogError;
import io.doppel.catalog.ClockMark;
import io.doppel.catalog.HostRecord;
import io.doppel.catalog.PinRecord;
import io.doppel.catalog.PolicyRecord;
import io.doppel.catalog.RetentionRecords;
import io.doppel.catalog.ValidationRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.spi.hypervisor.BaseToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogTest {
    private static final Instant AT = Instant.parse("2026-11-21T01:02:03.456789Z");
    private static final JobDefinition NIGHTLY =
            new JobDefinition("nightly", "backup", List.of("ho st/ß*", "*"), Map.of("vault", "v1"));

    @TempDir
    Path folder;

    private Catalog catalog;

    @BeforeEach
    void open() throws DoppelException {
        catalog = Catalog.open(folder);
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    private void reopen() throws DoppelException {
        catalog.close();
        catalog = Catalog.open(folder);
    }

    @Test
    void namedRecordsSurviveReopening() throws Exception {
        String name = "ü".repeat(200) + "東京 🙂";
        HostRecord host = new HostRecord(name, "folder", Map.of("path", "/a b/ü", "password", "ref-1"));
        VaultRecord vault = new VaultRecord("v", "0123", "local", Map.of("path", "/v"), true, false);
        catalog.hosts().add(host);
        catalog.vaults().add(vault);
        catalog.definitions().put(NIGHTLY);
        reopen();
        assertEquals(List.of(host), catalog.hosts().all());
        assertEquals(Optional.of(host), catalog.hosts().find(name));
        assertEquals(List.of(vault), catalog.vaults().all());
        assertEquals(List.of(NIGHTLY), catalog.definitions().all());
        VaultRecord exported = new VaultRecord("v", "0123", "local", Map.of("path", "/w"), false, true);
        catalog.vaults().put(exported);
        assertEquals(List.of(exported), catalog.vaults().all());
        assertTrue(catalog.hosts().remove(name));
        assertFalse(catalog.hosts().remove(name));
    }

    @Test
    void aNameIsTakenOnceEvenByARace() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Callable<Boolean>> adds = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String type = "t" + i;
            adds.add(() -> {
                try {
                    catalog.hosts().add(new HostRecord("one", type, Map.of()));
                    return true;
                } catch (DoppelException e) {
                    assertTrue(e.is(CommonError.EXISTS), e.getMessage());
                    return false;
                }
            });
        }
        int won = 0;
        for (Future<Boolean> f : threads.invokeAll(adds)) {
            won += f.get() ? 1 : 0;
        }
        threads.shutdown();
        assertEquals(1, won);
        assertEquals(1, catalog.hosts().all().size());
    }

    @Test
    void whatIsTooLongIsRefused() {
        DoppelException name = assertThrows(
                DoppelException.class, () -> catalog.hosts().add(new HostRecord("x".repeat(256), "t", Map.of())));
        assertTrue(name.is(CatalogError.TOO_LONG));
        DoppelException settings = assertThrows(
                DoppelException.class,
                () -> catalog.hosts().add(new HostRecord("x", "t", Map.of("k", "v".repeat(40_000)))));
        assertTrue(settings.is(CatalogError.TOO_LONG));
        DoppelException type = assertThrows(
                DoppelException.class, () -> catalog.hosts().add(new HostRecord("x", "t".repeat(65), Map.of())));
        assertTrue(type.is(CatalogError.TOO_LONG), type.getMessage());
    }

    @Test
    void runsTasksAndLogsSurviveReopening() throws Exception {
        JobRun queued = catalog.runs().add(NIGHTLY, AT);
        JobRun running = new JobRun(
                queued.id(),
                NIGHTLY,
                JobState.RUNNING,
                new Progress(5, 4, 3, 2, 1),
                AT,
                Optional.of(AT),
                Optional.empty(),
                "",
                "");
        catalog.runs().update(running);
        JobTask machine =
                catalog.runs().addTask(queued.id(), Optional.empty(), "h/m", JobState.QUEUED, Optional.empty());
        JobTask disk =
                catalog.runs().addTask(queued.id(), Optional.of(machine.id()), "d", JobState.RUNNING, Optional.of(AT));
        LogLine line = new LogLine(AT, disk.id(), LogLine.Level.WARNING, "slower way: ü");
        catalog.runs().addLine(queued.id(), line);
        Progress half = new Progress(10, 5, 5, 0, 0);
        catalog.runs().progress(queued.id(), half, Map.of(disk.id(), half));
        reopen();
        assertEquals(half, catalog.runs().find(queued.id()).orElseThrow().progress());
        assertEquals(half, catalog.runs().tasks(queued.id()).get(1).progress());
        assertEquals(machine, catalog.runs().tasks(queued.id()).get(0));
        assertEquals(List.of(line), catalog.runs().log(queued.id()));
        assertEquals(1, catalog.runs().open().size());

        JobRun ended = new JobRun(
                queued.id(),
                NIGHTLY,
                JobState.FAILED,
                half,
                AT,
                Optional.of(AT),
                Optional.of(AT.plusSeconds(1)),
                "DPL-X-0001: it failed",
                "DPL-X-0001");
        JobTask failed = new JobTask(
                disk.id(),
                queued.id(),
                Optional.of(machine.id()),
                "d",
                JobState.FAILED,
                half,
                Optional.of(AT),
                Optional.of(AT),
                "no",
                "DPL-X-0001",
                Map.of("version", "ab"));
        catalog.runs().close(ended, List.of(failed), line);
        assertEquals(Optional.of(ended), catalog.runs().find(queued.id()));
        assertEquals(List.of(machine, failed), catalog.runs().tasks(queued.id()));
        assertEquals(List.of(line, line), catalog.runs().log(queued.id()));
        assertEquals(List.of(), catalog.runs().open());
    }

    @Test
    void manyThreadsWriteRunsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Callable<Long>> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            writers.add(() -> {
                long id = catalog.runs().add(NIGHTLY, AT).id();
                for (int n = 0; n < 40; n++) {
                    JobTask task =
                            catalog.runs().addTask(id, Optional.empty(), "t" + n, JobState.RUNNING, Optional.empty());
                    catalog.runs().addLine(id, new LogLine(AT, task.id(), LogLine.Level.INFO, "line " + n));
                    catalog.runs().progress(id, new Progress(n, n, n, n, n), Map.of(task.id(), Progress.NONE));
                }
                return id;
            });
        }
        for (Future<Long> f : threads.invokeAll(writers)) {
            long id = f.get();
            assertEquals(40, catalog.runs().tasks(id).size());
            assertEquals("line 39", catalog.runs().log(id).get(39).text());
        }
        threads.shutdown();
        assertEquals(8, catalog.runs().newest(100).size());
    }

    @Test
    void longTextsOfRunsAreShortenedNotRefused() throws Exception {
        JobRun run = catalog.runs().add(NIGHTLY, AT);
        JobTask task = catalog.runs()
                .addTask(run.id(), Optional.empty(), "n".repeat(2000), JobState.RUNNING, Optional.empty());
        catalog.runs().addLine(run.id(), new LogLine(AT, task.id(), LogLine.Level.INFO, "🙂".repeat(9000)));
        assertEquals(1000, catalog.runs().tasks(run.id()).get(0).name().length());
        String kept = catalog.runs().log(run.id()).get(0).text();
        assertTrue(kept.endsWith("🙂…"), kept.substring(kept.length() - 3));
    }

    @Test
    void numbersGoOnByOneAfterReopening() throws Exception {
        long first = catalog.runs().add(NIGHTLY, AT).id();
        reopen();
        long second = catalog.runs().add(NIGHTLY, AT).id();
        assertEquals(first + 1, second);
        assertEquals(
                List.of(second, first),
                catalog.runs().newest(5).stream().map(JobRun::id).toList());
        assertEquals(1, catalog.runs().newest(1).size());
    }

    @Test
    void versionsAreFoundByVaultMachineAndStartOfId() throws Exception {
        VersionView a = version("aa11", "v1", "m1", "web", AT);
        VersionView b = version("ab22", "v1", "m2", "db", AT.plusSeconds(1));
        VersionView c = version("aa11", "v2", "m1", "web", AT.plusSeconds(2));
        for (VersionView v : List.of(a, b, c)) {
            catalog.versions().put(v);
        }
        assertEquals(List.of(c, b, a), catalog.versions().list(Optional.empty(), Optional.empty()));
        assertEquals(List.of(b, a), catalog.versions().list(Optional.of("v1"), Optional.empty()));
        assertEquals(List.of(c, a), catalog.versions().list(Optional.empty(), Optional.of("web")));
        assertEquals(List.of(b), catalog.versions().list(Optional.of("v1"), Optional.of("m2")));
        assertEquals(List.of(b), catalog.versions().startingWith("ab"));
        assertEquals(List.of(), catalog.versions().startingWith("%"));
        assertEquals(2, catalog.versions().count("v1"));
        catalog.versions().replaceAll("v1", List.of(b));
        assertEquals(List.of(c, b), catalog.versions().list(Optional.empty(), Optional.empty()));
        catalog.vaults().remove("v2");
        assertEquals(List.of(b), catalog.versions().list(Optional.empty(), Optional.empty()));
    }

    @Test
    void whereACopyCameFromIsKeptAndToldAnewByTheVault() throws Exception {
        VersionView own = version("aa", "v1", "m1", "web", AT);
        VersionOrigin origin =
                new VersionOrigin("546587ea-f625-4a3b-b7de-da83fd17b1dc", "0123456789abcdef0123456789abcdef");
        VersionView copy = copyOf(own, origin);
        catalog.versions().put(copy);
        assertEquals(List.of(copy), catalog.versions().startingWith("aa"));
        catalog.versions().replaceAll("v1", List.of(own));
        assertEquals(
                Optional.empty(), catalog.versions().startingWith("aa").get(0).origin());
        catalog.versions().replaceAll("v1", List.of(copy));
        assertEquals(
                Optional.of(origin),
                catalog.versions().startingWith("aa").get(0).origin());
    }

    private static VersionView copyOf(VersionView version, VersionOrigin origin) {
        return new VersionView(
                version.id(),
                version.vault(),
                version.host(),
                version.machineId(),
                version.machineName(),
                version.takenAt(),
                version.disks(),
                version.logicalBytes(),
                version.dataBytes(),
                version.storedBytes(),
                version.newBytes(),
                version.consistency(),
                version.health(),
                version.validatedAt(),
                version.problems(),
                version.bootTest(),
                Optional.of(origin));
    }

    private static VersionView stateOf(VersionView version, Health health, Instant since, String... problems) {
        return version.withHealth(health, since, List.of(problems));
    }

    @Test
    void whatAVaultSaysOfItsVersionsReplacesDescriptionsAndNotStates() throws Exception {
        List<VersionView> told = new ArrayList<>();
        for (String id : List.of("aa", "bb", "cc", "dd", "ee")) {
            told.add(stateOf(version(id, "v1", "m1", "new name", AT), Health.UNVERIFIED, Instant.EPOCH));
        }
        VersionView gone = version("ff", "v1", "m1", "web", AT);
        VersionView other = version("aa", "v2", "m1", "web", AT);
        VersionView valid = stateOf(version("aa", "v1", "m1", "web", AT), Health.VALID, AT.plusSeconds(1));
        VersionView damaged = stateOf(version("bb", "v1", "m1", "web", AT), Health.DAMAGED, AT, "a pack is missing");
        VersionView unreadable = stateOf(version("cc", "v1", "m1", "web", AT), Health.VALID, AT);
        VersionView both = stateOf(version("dd", "v1", "m1", "web", AT), Health.DAMAGED, AT, "known");
        for (VersionView version : List.of(gone, other, valid, damaged, unreadable, both)) {
            catalog.versions().put(version);
        }
        Instant now = AT.plusSeconds(9);
        told.set(2, stateOf(version("cc", "v1", "", "", AT), Health.DAMAGED, now, "cannot be read"));
        told.set(3, stateOf(version("dd", "v1", "", "", AT), Health.DAMAGED, now, "cannot be read"));
        catalog.versions().replaceAll("v1", told);
        assertEquals(
                List.of(
                        stateOf(told.get(0), Health.VALID, AT.plusSeconds(1)),
                        stateOf(told.get(1), Health.DAMAGED, AT, "a pack is missing"),
                        stateOf(unreadable, Health.DAMAGED, now, "cannot be read"),
                        both,
                        told.get(4)),
                catalog.versions().list(Optional.of("v1"), Optional.empty()));
        assertEquals(List.of(other), catalog.versions().list(Optional.of("v2"), Optional.empty()));
    }

    private Optional<BootTest> bootTest(String id) throws Exception {
        return catalog.versions().startingWith(id).get(0).bootTest();
    }

    @Test
    void theLastBootTestStaysUntilTheVersionIsForgotten() throws Exception {
        VersionView tested = version("aa", "v1", "m1", "web", AT);
        VersionView other = version("bb", "v1", "m1", "web", AT);
        catalog.versions().put(tested);
        catalog.versions().put(other);
        BootTest failed = new BootTest(AT.plusSeconds(5), false, "it went off");
        BootTest last = new BootTest(AT.plusSeconds(9), true, "it came");
        catalog.versions().bootTested("v1", "aa", failed);
        assertEquals(Optional.of(failed), bootTest("aa"));
        catalog.versions().bootTested("v1", "aa", last);
        catalog.versions().put(stateOf(tested, Health.VALID, AT));
        catalog.versions().replaceAll("v1", List.of(tested, other));
        reopen();
        assertEquals(Optional.of(last), bootTest("aa"));
        assertEquals(Health.VALID, catalog.versions().startingWith("aa").get(0).health());
        assertEquals(Optional.empty(), bootTest("bb"));

        catalog.versions().bootTested("v1", "bb", failed);
        catalog.versions().bootTested("v1", "gone", failed);
        catalog.versions().replaceAll("v1", List.of(tested));
        catalog.versions().remove("v1", List.of("aa"));
        for (VersionView again : List.of(tested, other, version("gone", "v1", "m1", "web", AT))) {
            catalog.versions().put(again);
            assertEquals(Optional.empty(), bootTest(again.id()));
        }
    }

    @Test
    void basesOfOneConsumerAreReplacedTogether() throws Exception {
        BaseToken old = new BaseToken("m", "0", "vault-1", "me", "v1", "token 1");
        BaseToken fresh = new BaseToken("m", "1", "vault-1", "me", "v2", "t".repeat(4096));
        BaseToken other = new BaseToken("m", "0", "vault-2", "me", "v1", "token 3");
        catalog.bases().replace("h", "m", "vault-1", List.of(old));
        catalog.bases().replace("h", "m", "vault-2", List.of(other));
        catalog.bases().replace("h", "m", "vault-1", List.of(fresh));
        assertEquals(List.of(fresh), catalog.bases().find("h", "m", "vault-1"));
        assertEquals(List.of(other), catalog.bases().find("h", "m", "vault-2"));
        assertEquals(List.of(), catalog.bases().find("g", "m", "vault-1"));
        BaseToken elsewhere = new BaseToken("n", "0", "vault-1", "me", "v1", "token 4");
        catalog.bases().replace("h", "n", "vault-1", List.of(elsewhere));
        catalog.bases().replace("g", "m", "vault-1", List.of(old));
        assertEquals(List.of(fresh, other, elsewhere), catalog.bases().ofHost("h"));
    }

    @Test
    void whatIsRememberedAboutAHostIsKeptUntilItIsRemoved() throws Exception {
        // 16385 four-byte characters are 4 bytes too many
        String largest = "x" + "\ud83d\ude00".repeat(16383) + "yzz";
        catalog.hosts().add(new HostRecord("h", "t", Map.of()));
        catalog.hosts().add(new HostRecord("g", "t", Map.of()));
        catalog.memory().put("h", "members", "first");
        catalog.memory().put("h", "members", largest);
        catalog.memory().put("h", "k".repeat(64), "");
        catalog.memory().put("g", "members", "of g");
        assertEquals(
                Map.of("members", largest, "k".repeat(64), ""), catalog.memory().of("h"));
        for (String tooLong : List.of(largest + "!", "ü".repeat(32769))) {
            assertEquals(
                    CatalogError.TOO_LONG,
                    assertThrows(DoppelException.class, () -> catalog.memory().put("h", "members", tooLong))
                            .code());
        }
        assertThrows(DoppelException.class, () -> catalog.memory().put("h", "k".repeat(65), ""));
        assertThrows(DoppelException.class, () -> catalog.memory().put("h", "", ""));
        assertEquals(largest, catalog.memory().of("h").get("members"));
        catalog.memory().replace("h", Map.of("other", "o"));
        assertEquals(Map.of("other", "o"), catalog.memory().of("h"));
        catalog.hosts().remove("h");
        assertEquals(Map.of(), catalog.memory().of("h"));
        assertEquals(Map.of("members", "of g"), catalog.memory().of("g"));
    }

    @Test
    void policiesRolesAndPinsOutliveTheVaultsVersionsAndItsName() throws Exception {
        var ofRole = new PolicyRecord(new PolicyRecord.Scope("", "OFFSITE", "", ""), Map.of("keep-last", "3"));
        var ofVault = new PolicyRecord(new PolicyRecord.Scope("id1", "", "", ""), Map.of("keep-last", "4"));
        var ofMachine =
                new PolicyRecord(new PolicyRecord.Scope("id1", "", "hö", "m".repeat(1000)), Map.of("keep-last", "5"));
        PinRecord old = new PinRecord("id1", "aa", "before the move", "admin", AT);
        PinRecord pin = new PinRecord("id1", "bb", "r".repeat(1000), "who ü", AT.plusSeconds(1));
        RetentionRecords retention = catalog.retention();
        for (PolicyRecord policy : List.of(ofMachine, ofVault, ofRole)) {
            retention.putPolicy(new PolicyRecord(policy.scope(), Map.of("keep-last", "9")));
            retention.putPolicy(policy);
        }
        retention.putRole("id1", "ONSITE");
        retention.putRole("id1", "OFFSITE");
        retention.putTrusted("id1", AT);
        retention.putTrusted("id1", AT.plusSeconds(5));
        retention.putPin(new PinRecord("id1", "aa", "other", "other", Instant.EPOCH));
        retention.putPin(old);
        retention.putPin(pin);
        catalog.vaults().add(new VaultRecord("v1", "id1", "local", Map.of(), false, false));
        catalog.versions().replaceAll("v1", List.of());
        catalog.vaults().remove("v1");
        reopen();
        retention = catalog.retention();
        assertEquals(List.of(ofRole, ofVault, ofMachine), retention.policies());
        assertEquals(Optional.of("OFFSITE"), retention.role("id1"));
        assertEquals(Optional.of(AT.plusSeconds(5)), retention.trusted("id1"));
        assertEquals(Optional.empty(), retention.trusted("id2"));
        assertEquals(List.of(pin, old), retention.pins());
        assertTrue(retention.removePin("id1", "bb"));
        assertFalse(retention.removePin("id1", "bb"));
        assertTrue(retention.removePolicy(ofMachine.scope()));
        assertFalse(retention.removePolicy(ofMachine.scope()));
        assertEquals(List.of(ofRole, ofVault), retention.policies());
        PinRecord tooLong = new PinRecord("id1", "cc", "r".repeat(1001), "who", AT);
        DoppelException refused =
                assertThrows(DoppelException.class, () -> catalog.retention().putPin(tooLong));
        assertTrue(refused.is(CatalogError.TOO_LONG), refused.getMessage());
    }

    @Test
    void manyProblemsOfAVersionAreCounted() throws Exception {
        List<String> problems = IntStream.range(0, 5000)
                .mapToObj(i -> "object " + i + " is gone")
                .toList();
        VersionView v = version("aa", "v", "m", "n", AT);
        catalog.versions()
                .put(new VersionView(
                        v.id(), "v", "h", "m", "n", AT, 1, 2, 3, 4, "CRASH", Health.DAMAGED, AT, problems));
        List<String> kept = catalog.versions().startingWith("aa").get(0).problems();
        assertEquals("object 0 is gone", kept.get(0));
        assertEquals("… and " + (5001 - kept.size()) + " more", kept.get(kept.size() - 1));
    }

    @Test
    void aVersionIsValidSinceTheLatestTimeKnownUnlessItIsDamaged() throws Exception {
        catalog.versions()
                .put(new VersionView(
                        "bad", "v", "h", "m", "n", AT, 1, 2, 3, 4, "CRASH", Health.DAMAGED, AT, List.of("x")));
        catalog.versions().put(version("a1", "v", "m", "n", AT));
        catalog.versions().put(version("b2", "v", "m", "n", AT));
        catalog.versions().put(version("a1", "other", "m", "n", AT));
        catalog.versions().validSince("v", List.of("a1", "bad", "unknown"), AT.plusSeconds(100));
        catalog.versions().validSince("v", List.of("a1", "b2"), AT.plusSeconds(50));
        reopen();
        assertEquals(List.of("UNVERIFIED " + Instant.EPOCH), healths("other"), "a version of that id in another vault");
        assertEquals(
                List.of("VALID " + AT.plusSeconds(100), "VALID " + AT.plusSeconds(50), "DAMAGED " + AT), healths("v"));
    }

    private List<String> healths(String vault) throws DoppelException {
        return catalog.versions().list(Optional.of(vault), Optional.empty()).stream()
                .map(v -> v.health() + " " + v.validatedAt())
                .toList();
    }

    @Test
    void howVaultsAreValidatedSurvivesReopening() throws Exception {
        ValidationRecords validation = catalog.validation();
        assertEquals(Map.of(), validation.settings("id"));
        assertEquals(Optional.empty(), validation.clock("id"));
        ClockMark mark = new ClockMark(AT, Instant.EPOCH);
        validation.putClock("id", mark);
        assertEquals(Map.of(), validation.settings("id"));
        validation.putSettings("id", Map.of("validate-after", "3d"));
        validation.putSettings("id", Map.of("validate-after", "4d"));
        validation.putSettings("other", Map.of());
        reopen();
        assertEquals(Map.of("validate-after", "4d"), catalog.validation().settings("id"));
        assertEquals(Optional.of(mark), catalog.validation().clock("id"));
        assertEquals(Optional.empty(), catalog.validation().clock("other"));
    }

    @Test
    void limitsOfSpaceAreKept() throws Exception {
        assertEquals(Map.of(), catalog.space().limits("cache"));
        catalog.space().putLimits("cache", Map.of("warn-percent", "5"));
        catalog.space().putLimits("cache", Map.of("warn-percent", "6"));
        catalog.space().putLimits("vault/id", Map.of("refuse-most", "1G"));
        reopen();
        assertEquals(Map.of("warn-percent", "6"), catalog.space().limits("cache"));
        assertEquals(Map.of("refuse-most", "1G"), catalog.space().limits("vault/id"));
    }

    @Test
    void twoCataloguesInOneProcessAreApart() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        Catalog beside = Catalog.open(other);
        beside.hosts().add(new HostRecord("x", "t", Map.of()));
        beside.close();
        assertEquals(List.of(), catalog.hosts().all());
    }

    @Test
    void closingTheLastEndsTheEnginesThreads() throws Exception {
        catalog.close();
        catalog.close();
        long end = System.nanoTime() + 10_000_000_000L;
        while (engineThreads() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(0, engineThreads());
        assertTrue(Files.exists(folder.resolve("derby.log")));
        catalog = Catalog.open(folder);
        assertEquals(List.of(), catalog.hosts().all());
    }

    private static long engineThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("derby") || t.getName().startsWith("doppel-catalog"))
                .count();
    }

    private static VersionView version(String id, String vault, String machine, String name, Instant at) {
        return new VersionView(
                id, vault, "h", machine, name, at, 1, 2, 3, 4, "CRASH", Health.UNVERIFIED, Instant.EPOCH, List.of());
    }
}
