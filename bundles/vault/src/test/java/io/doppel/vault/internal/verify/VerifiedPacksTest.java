package io.doppel.vault.internal.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.WriteSession;
import io.doppel.vault.internal.meta.MapStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vault knows which of its packs were verified when, whatever became of the verification and of the server. */
class VerifiedPacksTest {
    private static final VaultOwner OWNER = new VaultOwner("4a5c0e0e-0000-4000-8000-000000000001", "here");
    private static final Instant THEN = Instant.parse("2030-01-01T00:00:00Z");
    private static final int[] BOTH = {0, 1};

    @TempDir
    Path folder;

    private final MapStorage storage = new MapStorage();
    private final List<BitSet> written = new ArrayList<>();
    /** Names of the packs' objects by their numbers. */
    private final List<String> objects = new ArrayList<>();

    private Vault vault;

    @BeforeEach
    void twoPacksOfTwoSessions() throws Exception {
        vault = Vault.create(storage, folder.resolve("state"), OWNER, "lz4", new char[0]);
        store(1);
        store(2);
    }

    private void store(long seed) throws Exception {
        byte[] chunk = new byte[50_000];
        new Random(seed).nextBytes(chunk);
        try (WriteSession session = vault.begin()) {
            try (WriteSession.Lane lane = session.lane()) {
                lane.store(chunk, 0, chunk.length);
                new Random(1).nextBytes(chunk);
                lane.store(chunk, 0, chunk.length);
            }
            session.flush();
            written.add(session.writtenPacks());
            assertTrue(session.usedPacks().get(0), "the first pack holds what both stored or found");
            storage.objects.keySet().stream()
                    .filter(n -> n.startsWith("data/") && !objects.contains(n))
                    .forEach(objects::add);
        }
    }

    @AfterEach
    void close() throws Exception {
        vault.close();
    }

    private void reopen() throws Exception {
        vault.close();
        vault = Vault.open(storage, folder.resolve("state"), OWNER, VaultAccess.ATTACH, new char[0]);
    }

    private static VerifyOptions at(Instant time, VerifyOptions.Pace pace) {
        return new VerifyOptions(1, Clock.fixed(time, ZoneOffset.UTC), pace);
    }

    private VerifyReport verify(int... packs) throws DoppelException {
        return vault.packs().verify(packs, at(THEN, bytes -> {}), (total, done) -> {}, CancelToken.NEVER);
    }

    private void damage(int pack) {
        storage.objects.get(objects.get(pack))[1000] ^= 1;
    }

    private static BitSet bits(int... packs) {
        BitSet set = new BitSet();
        for (int pack : packs) {
            set.set(pack);
        }
        return set;
    }

    @Test
    void eachSessionKnowsThePacksThatItWrote() {
        assertEquals(List.of(bits(0), bits(1)), written);
        assertEquals(bits(0, 1), vault.packs().all());
    }

    @Test
    void aVerificationIsKnownAfterARestart() throws Exception {
        assertEquals(Optional.empty(), vault.packs().since());
        assertTrue(verify(BOTH).clean());
        verifyBoth(THEN);
        reopen();
        verifyBoth(THEN);
        assertEquals(0, vault.packs().due(THEN.plusSeconds(3600), Duration.ofDays(30), Duration.ofDays(1)).length);
        assertEquals(
                2, vault.packs().due(THEN.plus(Duration.ofDays(30)), Duration.ofDays(30), Duration.ofDays(1)).length);
    }

    private void verifyBoth(Instant since) {
        assertEquals(Optional.of(since), vault.packs().since());
        assertEquals(Optional.of(since), vault.packs().verifiedAt(1));
    }

    @Test
    void aVerificationOfTheWholeVaultCountsForEachPack() throws Exception {
        assertTrue(vault.verify(List.of(), at(THEN, bytes -> {}), (total, done) -> {}, CancelToken.NEVER)
                .clean());
        verifyBoth(THEN);
    }

    @Test
    void withoutTheLocalFileEverythingIsUnverifiedAndNothingElseIsLost() throws Exception {
        verify(BOTH);
        vault.close();
        Files.delete(folder.resolve("state/verified"));
        vault = Vault.open(storage, folder.resolve("state"), OWNER, VaultAccess.ATTACH, new char[0]);
        assertEquals(Optional.empty(), vault.packs().since());
        assertEquals(2, vault.packs().due(THEN, Duration.ofDays(30), Duration.ofDays(1)).length);
        assertTrue(verify(BOTH).clean());
    }

    @Test
    void whatABrokenOffVerificationDidIsKnownDamageIncluded() throws Exception {
        damage(0);
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> vault.packs()
                        .verify(
                                BOTH,
                                at(THEN, bytes -> {
                                    if (!vault.packs().damaged().isEmpty()) {
                                        throw new DoppelException(CommonError.CANCELLED, "enough");
                                    }
                                }),
                                (total, done) -> {},
                                CancelToken.NEVER));
        assertTrue(e.is(CommonError.CANCELLED));
        for (int life = 0; life < 2; life++) {
            assertEquals(Optional.of(THEN), vault.packs().verifiedAt(0), "life " + life);
            assertEquals(Optional.empty(), vault.packs().verifiedAt(1), "life " + life);
            assertEquals(bits(0), vault.packs().damaged(), "life " + life);
            reopen();
        }
    }

    @Test
    void damageThatCannotBeKeptIsNotForgottenAsVerified() throws Exception {
        damage(0);
        Path file = folder.resolve("state/damage");
        Files.createDirectories(file.resolve("in the way"));
        assertFalse(verify(BOTH).clean());
        assertEquals(bits(0), vault.packs().damaged());
        assertEquals(Optional.empty(), vault.packs().verifiedAt(0));
        assertEquals(Optional.of(THEN), vault.packs().verifiedAt(1));
    }
}
