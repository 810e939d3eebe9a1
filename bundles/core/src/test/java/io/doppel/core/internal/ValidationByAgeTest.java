package io.doppel.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.vault.ValidationView;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VersionView;
import io.doppel.api.vault.VersionView.Health;
import io.doppel.core.JobError;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What jobs wrote is validated right afterwards, and every pack again by age, in runs that people see. */
@Timeout(300)
class ValidationByAgeTest {
    private static final int IMAGE = 24 << 20;

    @TempDir
    Path folder;

    private final SetClock clock = new SetClock();
    private Path image;
    private Server server;

    /** A clock that stands until it is put on. */
    private static final class SetClock extends Clock {
        private volatile Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    @BeforeEach
    void start() throws Exception {
        image = Files.createDirectories(folder.resolve("machines/web")).resolve("disk.img");
        fill(1);
        Files.createDirectory(folder.resolve("vaults"));
        server = new Server(folder.resolve("state"), clock);
        server.addVault("v", folder.resolve("vaults/v"), VaultRequest.Access.CREATE);
        server.core
                .inventory()
                .addHost(
                        "h", "folder", Map.of("path", folder.resolve("machines").toString()));
        look();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void restart() throws Exception {
        server.close();
        server = new Server(folder.resolve("state"), clock);
    }

    private void fill(long seed) throws Exception {
        byte[] bytes = new byte[IMAGE];
        new Random(seed).nextBytes(bytes);
        Files.write(image, bytes);
    }

    private void edit(long at) throws Exception {
        try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
            f.seek(at);
            f.writeBytes("changed at " + at);
        }
    }

    private String backup(String... options) throws Exception {
        Map<String, String> all =
                options.length == 0 ? Map.of("vault", "v") : Map.of("vault", "v", options[0], options[1]);
        return server.succeed("version", "backup", List.of("h/*"), all);
    }

    private List<JobRun> validations() {
        return server.core.jobs().runs(100).stream()
                .filter(r -> r.definition().kind().equals("validate"))
                .toList();
    }

    /** The newest validation, once it has ended. */
    private JobRun validated() throws Exception {
        return server.core.jobs().await(validations().get(0).id());
    }

    private void look() {
        server.core.validation().look();
    }

    /** Time goes on by so many days, as a clock does. */
    private void days(int days) throws Exception {
        for (int i = 0; i < days; i++) {
            clock.now = clock.now.plus(Duration.ofDays(1));
            look();
            for (JobRun run : validations()) {
                server.core.jobs().await(run.id());
            }
        }
    }

    private VersionView version(String id) throws Exception {
        return server.core.vaults().version(id);
    }

    private static void assertValid(Instant since, VersionView version) {
        assertEquals(Health.VALID, version.health(), () -> version.problems().toString());
        assertEquals(since, version.validatedAt());
    }

    @Test
    void aBackupIsFollowedByARunThatChecksWhatItWroteAndNothingElse() throws Exception {
        String first = backup();
        JobRun check = validated();
        assertEquals(JobState.SUCCEEDED, check.state(), check.outcome());
        assertTrue(check.progress().read() > IMAGE, check.progress()::toString);
        assertValid(clock.now, version(first));

        Instant before = clock.now;
        clock.now = before.plus(Duration.ofDays(2));
        edit(IMAGE / 2);
        String second = backup();
        JobRun small = validated();
        assertTrue(small.id() > check.id(), "a run of its own");
        assertEquals(JobState.SUCCEEDED, small.state(), small.outcome());
        assertTrue(small.progress().read() < IMAGE / 4, small.progress()::toString);
        // it is built upon packs of the first
        assertValid(before, version(first));
        assertValid(before, version(second));
        assertEquals(2, validations().size());
        assertEquals(List.of("h/web, version " + second), childrenOf(small));
    }

    private List<String> childrenOf(JobRun run) throws DoppelException {
        return server.core.jobs().tasks(run.id()).stream()
                .filter(t -> t.parentId().isPresent())
                .map(t -> t.name())
                .toList();
    }

    @Test
    void aBackupThatShallNotBeCheckedIsNotUntilItsPacksAreADayOld() throws Exception {
        String version = backup("validate", "false");
        look();
        assertEquals(List.of(), validations());
        assertEquals(Health.UNVERIFIED, version(version).health());
        days(2);
        assertEquals(1, validations().size());
        assertEquals(Health.VALID, version(version).health());
    }

    @Test
    void packsAreVerifiedAgainWhenTheyAreOldAndOnlyThen() throws Exception {
        String version = backup();
        validated();
        Instant stored = clock.now;
        days(29);
        assertEquals(1, validations().size());
        assertValid(stored, version(version));
        days(2);
        assertEquals(2, validations().size());
        JobRun round = validated();
        assertEquals(JobState.SUCCEEDED, round.state(), round.outcome());
        assertTrue(round.progress().read() > IMAGE, round.progress()::toString);
        assertValid(stored.plus(Duration.ofDays(30)), version(version));
        days(27);
        assertEquals(2, validations().size());
    }

    @Test
    void anotherAgeCountsAtOnceAndZeroIsNever() throws Exception {
        backup();
        validated();
        server.core.vaults().setValidation("v", Map.of("validate-after", "0"));
        days(100);
        assertEquals(1, validations().size());
        Map<String, String> all = server.core.vaults().setValidation("v", Map.of("validate-after", "2d"));
        assertEquals("true", all.get("validate-when-idle"));
        look();
        assertEquals(2, validations().size());
        assertEquals(JobState.SUCCEEDED, validated().state());
        DoppelException e = Assertions.assertThrows(
                DoppelException.class, () -> server.core.vaults().setValidation("v", Map.of("validate-after", "59m")));
        assertTrue(e.is(CommonError.BAD_SETTING));
    }

    @Test
    void aClockThatLeapsAheadStartsNothing() throws Exception {
        backup();
        validated();
        clock.now = clock.now.plus(Duration.ofDays(1000));
        look();
        days(7);
        assertEquals(1, validations().size());
        // and not after a restart either
        restart();
        server.core.vaults().validation("v");
        look();
        assertEquals(1, validations().size());
        days(1);
        assertEquals(2, validations().size());
    }

    @Test
    void damageIsFoundByAgeNamedAndGoneWhenThePackIsRightAgain() throws Exception {
        String version = backup();
        validated();
        Path pack = Damage.largest(folder.resolve("vaults/v/data"));
        Damage.to(pack);
        days(30);
        JobRun round = validated();
        assertEquals(JobError.DAMAGE_FOUND.id(), round.errorCode(), round.outcome());
        assertEquals(Health.DAMAGED, version(version).health());
        assertEquals(clock.now, version(version).validatedAt());
        assertTrue(
                version(version).problems().get(0).contains("disk"),
                version(version).problems()::toString);
        assertEquals(1, server.core.vaults().validation("v").damagedPacks());
        int runs = validations().size();
        days(5);
        assertEquals(runs, validations().size(), "what is known to be damaged is no reason to read on and on");

        Damage.to(pack);
        days(30);
        assertEquals(JobState.SUCCEEDED, validated().state(), validated().outcome());
        assertEquals(Health.VALID, version(version).health());
        assertEquals(0, server.core.vaults().validation("v").damagedPacks());
    }

    /** Of a node of a tree there is a second copy. */
    @Test
    void damageByWhichNothingIsLostIsAWarningAndNotEverythingIsRight() throws Exception {
        String version = backup();
        validated();
        assertEquals(
                "Everything is right",
                server.run("validate", List.of(), Map.of()).outcome());
        Damage.to(Damage.largest(folder.resolve("vaults/v/tree")));
        for (Map<String, String> how : List.of(
                Map.<String, String>of(),
                Map.of("versions", version),
                Map.of("older-than", "0"),
                Map.of("new", "true"))) {
            JobRun run = server.run("validate", List.of(), how);
            assertEquals(JobState.WARNING, run.state(), run.outcome());
            String outcome = "Nothing is lost, but not everything is right: see the warnings in the log";
            assertEquals(outcome, run.outcome(), how::toString);
            assertTrue(
                    server.core.jobs().tasks(run.id()).stream()
                            .allMatch(task -> task.outcome().equals(outcome)),
                    how::toString);
        }
        assertEquals(Health.VALID, version(version).health());
    }

    @Test
    void aRebuiltCatalogueKnowsWhatWasVerifiedAndNoMore() throws Exception {
        String verified = backup();
        validated();
        Instant then = clock.now;
        clock.now = then.plus(Duration.ofDays(2));
        edit(IMAGE / 2);
        String since = backup("validate", "false");
        server.core.vaults().rebuildCatalogue("v");
        assertValid(then, version(verified));
        assertEquals(Health.UNVERIFIED, version(since).health());
        // what was verified by another server, or before the catalogue was lost, is not known here
        server.core.vaults().removeVault("v");
        server.addVault("v", folder.resolve("vaults/v"), VaultRequest.Access.ATTACH);
        server.core.vaults().rebuildCatalogue("v");
        assertEquals(Health.UNVERIFIED, version(verified).health());
    }

    @Test
    void whatIsVerifiedSinceWhenIsToldAndSurvivesARestart() throws Exception {
        backup();
        validated();
        for (int life = 0; life < 2; life++) {
            ValidationView view = server.core.vaults().validation("v");
            assertEquals(0, view.neverPacks());
            assertEquals(clock.now, view.oldest().orElseThrow());
            assertEquals(
                    new ValidationView.Share(1, view.packs(), view.bytes()),
                    view.verified().get(0));
            assertTrue(view.bytes() > IMAGE && view.packs() > 1, view::toString);
            assertEquals("30d", view.settings().get("validate-after"));
            restart();
        }
    }

    @Test
    void aRoundThatIsCancelledGoesOnADayLaterWithTheRest() throws Exception {
        backup();
        validated();
        server.core.vaults().setValidation("v", Map.of("validate-rate", "4M"));
        clock.now = clock.now.plus(Duration.ofDays(5));
        look();
        days(5);
        server.core.vaults().setValidation("v", Map.of("validate-after", "2d"));
        look();
        JobRun round = validations().get(0);
        assertFalse(round.state().isFinal());
        server.core.jobs().cancel(round.id());
        assertEquals(JobState.CANCELLED, validated().state());
        look();
        assertEquals(2, validations().size());
        server.core.vaults().setValidation("v", Map.of("validate-rate", "0"));
        days(1);
        assertEquals(JobState.SUCCEEDED, validated().state(), validated().outcome());
    }

    @Test
    void aRoundGivesWayToABackupAndGoesOnAfterIt() throws Exception {
        backup();
        validated();
        server.core.vaults().setValidation("v", Map.of("validate-rate", "4M", "validate-after", "2d"));
        clock.now = clock.now.plus(Duration.ofDays(4));
        look();
        JobRun round = validations().get(0);
        edit(1 << 20);
        JobRun other = server.core
                .jobs()
                .submit(new JobDefinition(
                        "", "backup", List.of("h/*"), Map.of("vault", "v", "full", "true", "rate", "8M")));
        assertEquals(JobState.SUCCEEDED, server.core.jobs().await(other.id()).state());
        server.core.vaults().setValidation("v", Map.of("validate-rate", "0"));
        JobRun ended = server.core.jobs().await(round.id());
        assertEquals(JobState.SUCCEEDED, ended.state(), ended.outcome());
        String log = server.logOf(ended);
        assertTrue(log.contains("Waits, because a job uses vault 'v'") && log.contains("Goes on"), log);
    }

    @Test
    void aVaultCanBeForgottenWhileARoundGoesOn() throws Exception {
        backup();
        validated();
        server.core.vaults().setValidation("v", Map.of("validate-rate", "1M", "validate-after", "2d"));
        clock.now = clock.now.plus(Duration.ofDays(4));
        look();
        server.core.vaults().removeVault("v");
        assertEquals(JobState.CANCELLED, validations().get(0).state());
        assertEquals(List.of(), server.core.vaults().vaults());
    }

    @Test
    void peopleCheckWhatIsNewOrOldThemselves() throws Exception {
        backup("validate", "false");
        server.succeed("", "validate", List.of(), Map.of("vault", "v", "new", "true"));
        assertTrue(validations().get(0).progress().read() > IMAGE);
        server.succeed("", "validate", List.of(), Map.of("vault", "v", "new", "true"));
        assertEquals(0, validations().get(0).progress().read());
        server.succeed("", "validate", List.of(), Map.of("vault", "v", "older-than", "1d"));
        assertEquals(0, validations().get(0).progress().read());
        clock.now = clock.now.plus(Duration.ofDays(3));
        server.succeed("", "validate", List.of(), Map.of("vault", "v", "older-than", "1d"));
        assertTrue(validations().get(0).progress().read() > IMAGE);
        assertEquals(
                CommonError.BAD_SETTING.id(),
                server.run("validate", List.of(), Map.of("new", "true", "older-than", "1d"))
                        .errorCode());
    }

    @Test
    void whatAPurgeCopiedIsCheckedAfterIt() throws Exception {
        backup();
        fill(2);
        edit(3 << 20);
        String second = backup();
        validated();
        server.core.retention().remove(List.of(firstOf(second)), true);
        server.succeed("freed", "purge", List.of(), Map.of("vault", "v", "retention", "false", "unused", "0"));
        for (JobRun run : validations()) {
            server.core.jobs().await(run.id());
        }
        assertEquals(0, server.core.vaults().validation("v").neverPacks());
    }

    private String firstOf(String second) {
        return server.core.vaults().versions(Optional.of("v"), Optional.empty()).stream()
                .map(VersionView::id)
                .filter(id -> !id.equals(second))
                .findFirst()
                .orElseThrow();
    }
}
