package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.LogLine;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.Limits;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.vault.VaultError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A storage target in which one call does not come back: a run that is told to stop ends all the same, keeps what it uses until the call
 * has come back, however late, and what the call does then harms nothing.
 */
@Timeout(300)
class HangingTargetTest {
    private static final int IMAGE = 3 << 20;
    private static final String BACK = "What was not waited for has come back";
    private static final String LATE = "Was done all the same, later: Version ";
    /** What does not come back in this time hangs. */
    private static final Duration LONG = Duration.ofMinutes(2);

    /** What hangs here hangs for good, so no run need be patient. */
    private static final Limits IMPATIENT = Limits.DEFAULT.withSilence(Duration.ofMillis(200));

    @TempDir
    Path folder;

    private final Random random = new Random(9);
    private final HangingStorage storage = new HangingStorage();
    private Path machines;
    private Server server;
    private String first;
    private byte[] old;

    @BeforeEach
    void start() throws Exception {
        machines = Files.createDirectory(folder.resolve("machines"));
        for (String machine : List.of("db", "web")) {
            Files.createDirectory(machines.resolve(machine));
            rewrite(machine);
        }
        server = server();
        addVault("v", Optional.empty());
        server.core.inventory().addHost("h", "folder", Map.of("path", machines.toString()));
        first = backup("web");
        old = Files.readAllBytes(image("web"));
        rewrite("web");
    }

    private Server server() throws DoppelException {
        return new Server(
                folder.resolve("state"), new FolderHypervisor(), storage.type(), DoppelCore.Site.DEFAULT, IMPATIENT);
    }

    @AfterEach
    void stop() {
        storage.goOn();
        server.close();
    }

    private void addVault(String name, Optional<String> domainOf) throws DoppelException {
        server.addVault(name, folder.resolve(name), VaultRequest.Access.CREATE, domainOf);
    }

    private Path image(String machine) {
        return machines.resolve(machine).resolve("disk.img");
    }

    private void rewrite(String machine) throws Exception {
        byte[] content = new byte[IMAGE];
        random.nextBytes(content);
        Files.write(image(machine), content);
    }

    private String backup(String machine) throws Exception {
        return server.succeed("version", "backup", List.of("h/" + machine), ofBackup());
    }

    private static Map<String, String> ofBackup() {
        return Map.of("vault", "v", "validate", "false");
    }

    /** Begins a job, which comes to where the target hangs. */
    private JobRun hanging(String kind, List<String> machines, Map<String, String> options) throws Exception {
        JobRun run = server.core.jobs().submit(new JobDefinition("", kind, machines, options));
        storage.awaitHanging();
        return run;
    }

    private JobRun submitBackup(String machine) throws Exception {
        return server.core.jobs().submit(new JobDefinition("", "backup", List.of("h/" + machine), ofBackup()));
    }

    /** Cancels a run and waits for its end; nothing but that makes it end. */
    private void cancelled(JobRun run) throws Exception {
        server.core.jobs().cancel(run.id());
        JobRun ended = server.core.jobs().await(run.id());
        assertEquals(JobState.CANCELLED, ended.state(), () -> ended.outcome());
        assertTrue(logged(run, "Not waited for any more"));
    }

    /** The call comes back; waits until nothing of the runs is left. */
    private void comesBack(JobRun... runs) throws Exception {
        storage.goOn();
        for (JobRun run : runs) {
            until(() -> logged(run, BACK), () -> "the work of run " + run.id() + " goes on:\n" + server.logOf(run));
        }
    }

    private boolean logged(JobRun run, String text) throws DoppelException {
        return server.core.jobs().log(run.id()).stream().map(LogLine::text).anyMatch(line -> line.startsWith(text));
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private interface Words {
        String get() throws Exception;
    }

    private static void until(Condition condition, Words otherwise) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(otherwise.get());
            }
            Thread.sleep(20);
        }
    }

    /** New runs succeed, everything is there and right, and nobody is at work. */
    private void allIsWell() throws Exception {
        restores(backup("web"), Files.readAllBytes(image("web")));
        server.succeed("freed", "purge", List.of(), Map.of("vault", "v", "grace", "0s"));
        restores(first, old);
        JobRun checked = server.run("validate", List.of(), Map.of("vault", "v"));
        assertEquals(JobState.SUCCEEDED, checked.state(), () -> checked.outcome());
        until(() -> workers().isEmpty(), () -> "still at work: " + workers());
    }

    private static List<String> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("doppel-mover") || name.startsWith("doppel-vault-commit"))
                .toList();
    }

    private void restores(String version, byte[] content) throws Exception {
        String name = "from-" + random.nextInt(1 << 30);
        server.succeed("machine", "restore", List.of(), Map.of("version", version, "name", name));
        assertArrayEquals(content, Files.readAllBytes(image(name)));
    }

    private List<String> versions() {
        return server.core.vaults().versions(Optional.of("v"), Optional.empty()).stream()
                .map(VersionView::id)
                .toList();
    }

    @Test
    void aBackup() throws Exception {
        storage.hangIn("write", "data/");
        JobRun run = hanging("backup", List.of("h/web"), ofBackup());
        cancelled(run);
        comesBack(run);
        assertEquals(List.of(first), versions());
        allIsWell();
    }

    @Test
    void aRestore() throws Exception {
        storage.hangIn("read", "data/");
        JobRun run = hanging("restore", List.of(), Map.of("version", first, "name", "half"));
        cancelled(run);
        comesBack(run);
        try (Stream<Path> left = Files.list(machines)) {
            assertEquals(2, left.count(), "something half is left");
        }
        assertEquals(List.of(), server.core.vaults().holds("v"));
        allIsWell();
    }

    @Test
    void aValidation() throws Exception {
        storage.hangIn("read", "data/");
        JobRun run = hanging("validate", List.of(), Map.of("vault", "v"));
        cancelled(run);
        comesBack(run);
        allIsWell();
    }

    @Test
    void aPurge() throws Exception {
        String dropped = backup("web");
        rewrite("web");
        server.core.retention().remove(List.of(dropped), true);
        storage.hangIn("delete", "data/");
        JobRun run = hanging("purge", List.of(), Map.of("vault", "v", "grace", "0s"));
        cancelled(run);
        comesBack(run);
        allIsWell();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write"})
    void aCopyToAnotherVault(String method) throws Exception {
        addVault("off", Optional.of("v"));
        storage.hangIn(method, "data/");
        JobRun run = hanging("vault", List.of("*"), Map.of("vault", "v", "offsite", "off"));
        cancelled(run);
        comesBack(run);
        assertEquals(List.of(), server.core.vaults().holds("v"));
        JobRun again = server.run("vault", List.of("*"), Map.of("vault", "v", "offsite", "off", "verify", "whole"));
        assertEquals(JobState.SUCCEEDED, again.state(), () -> again.outcome());
        allIsWell();
    }

    /** Others wait for the lock of whoever publishes; they can be cancelled, too. What had begun to be published is whole when it comes. */
    @Test
    void aPublicationAndWhoWaitsForIt() throws Exception {
        storage.hangIn("commit", "heads/");
        JobRun run = hanging("backup", List.of("h/web"), ofBackup());
        JobRun behind = submitBackup("db");
        until(() -> publishing() == 2, () -> "the second does not get as far");
        cancelled(behind);
        cancelled(run);
        assertEquals(List.of(first), versions());
        comesBack(run, behind);
        String told = server.logOf(run);
        List<String> late = versions().stream()
                .filter(version -> told.contains(LATE + version))
                .toList();
        assertEquals(1, late.size(), told);
        restores(late.get(0), Files.readAllBytes(image("web")));
        allIsWell();
    }

    /** Threads that publish or wait to. */
    private static long publishing() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Stream.of(stack)
                        .anyMatch(at -> at.getClassName().equals("io.doppel.vault.Vault")
                                && at.getMethodName().equals("publish")))
                .count();
    }

    /** While the call is out, the pack may appear at any time: nobody may take the machine, the vault or the pack for free. */
    @Test
    void whatTheRunUsesStaysInUseUntilTheCallHasComeBack() throws Exception {
        storage.hangIn("commit", "data/");
        JobRun run = hanging("backup", List.of("h/web"), ofBackup());
        cancelled(run);
        refused(() -> server.core.vaults().removeVault("v"));
        refused(() -> server.core.inventory().removeHost("h"));
        JobRun next = submitBackup("web");
        until(() -> logged(next, "Waits for machine"), () -> "it does not wait: " + server.logOf(next));
        // others go on meanwhile, in the same vault; a purge takes nothing away that the call is about to put
        byte[] db = Files.readAllBytes(image("db"));
        String other = backup("db");
        server.succeed("freed", "purge", List.of(), Map.of("vault", "v", "grace", "0s"));
        comesBack(run);
        // it had not begun to publish
        assertFalse(logged(run, LATE), () -> "published by a run that was cancelled");
        JobRun ended = server.core.jobs().await(next.id());
        assertEquals(JobState.SUCCEEDED, ended.state(), () -> ended.outcome());
        // the run before had stored all of it, and that is used
        String version = server.core.jobs().tasks(next.id()).get(0).results().get("version");
        long stored = server.core.vaults().version(version).storedBytes();
        assertTrue(stored < IMAGE / 4, () -> "stored again: " + stored);
        restores(other, db);
        allIsWell();
    }

    private static void refused(Executable what) {
        DoppelException e = assertThrows(DoppelException.class, () -> assertTimeoutPreemptively(LONG, what));
        assertTrue(e.is(JobError.IN_USE), e::getMessage);
    }

    /** The server ends without waiting; nobody else opens the vault here while something of the old opening may still be done. */
    @Test
    void theServerEndsAndTheVaultStaysShutUntilTheCallHasComeBack() throws Exception {
        storage.hangIn("commit", "data/");
        JobRun run = hanging("backup", List.of("h/web"), ofBackup());
        assertTimeoutPreemptively(LONG, server::close);
        server = server();
        assertEquals(JobState.INTERRUPTED, server.core.jobs().run(run.id()).state());
        JobRun early = server.run("backup", List.of("h/web"), ofBackup());
        assertEquals(VaultError.HELD.id(), early.errorCode(), early.outcome());
        storage.goOn();
        until(
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(t -> t.getName().startsWith("doppel-vault-close")),
                () -> "the old server does not let go of the vault");
        allIsWell();
    }
}
