package io.doppel.vault.internal.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The times of packs are there again after a restart, and whatever is not there counts as never verified. */
class PackTimesTest {
    private static final String VAULT = "0a2b6dfe-7d1f-4bd8-9a39-000000000001";
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    Path folder;

    private final ChunkIndex index = new ChunkIndex();
    private Path file;

    @BeforeEach
    void sixPacks() {
        file = folder.resolve("state/verified");
        addPacks(6);
    }

    private void addPacks(int count) {
        Random random = new Random(count);
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[16];
            random.nextBytes(name);
            index.add(new PackInfo(HexFormat.of().formatHex(name), ObjectKind.DATA, 1000 + i, List.of()));
        }
    }

    private PackTimes open() throws Exception {
        return open(VAULT);
    }

    private PackTimes open(String vault) throws Exception {
        PackTimes times = new PackTimes(file, vault, index);
        times.load();
        return times;
    }

    private static Instant ago(long days) {
        return NOW.minus(Duration.ofDays(days));
    }

    private static int[] due(PackTimes times, int days) {
        return times.due(NOW, ago(days), ago(1));
    }

    @Test
    void theLongestUnverifiedComesFirstAlsoAfterARestart() throws Exception {
        try (PackTimes times = open()) {
            times.verified(0, ago(40));
            times.verified(1, ago(10));
            times.stored(2, ago(50));
            times.stored(3, ago(0));
            times.verified(4, ago(60));
        }
        try (PackTimes times = open()) {
            // nothing is known of 5; 3 was stored less than a day ago, 1 verified less than 30
            assertArrayEquals(new int[] {5, 4, 2, 0}, due(times, 30));
            assertArrayEquals(new int[] {5, 4, 2, 0, 1}, due(times, 5));
            assertEquals(Optional.of(ago(10)), times.verifiedAt(1));
            assertEquals(Optional.empty(), times.verifiedAt(2));
            assertEquals(Optional.of(ago(60)), times.oldest(IntStream.of(0, 1, 4)));
            assertEquals(Optional.empty(), times.oldest(IntStream.of(0, 3)));
            assertEquals(Optional.empty(), times.oldest(IntStream.of()));
        }
    }

    @Test
    void whatWasVerifiedIsNotTakenForJustStored() throws Exception {
        try (PackTimes times = open()) {
            times.verified(0, ago(2));
            times.stored(0, NOW);
            assertEquals(Optional.of(ago(2)), times.verifiedAt(0));
        }
    }

    @Test
    void timesOfAClockThatWasWrongCountAsNotKnown() throws Exception {
        try (PackTimes times = open()) {
            for (int pack = 0; pack < 6; pack++) {
                times.verified(pack, ago(1));
            }
            times.verified(3, NOW.plus(Duration.ofHours(1)));
            times.verified(4, NOW.plus(Duration.ofDays(400)));
            assertArrayEquals(new int[] {4}, due(times, 30));
        }
    }

    @Test
    void clearedPacksAreNobodysTurn() throws Exception {
        try (PackTimes times = open()) {
            index.clear(Set.of(0, 1, 2));
            assertArrayEquals(new int[] {3, 4, 5}, due(times, 30));
            times.verified(3, ago(3));
            times.verified(4, ago(4));
            times.verified(5, ago(5));
            assertEquals(Optional.of(ago(5)), times.oldest(IntStream.range(0, 6)));
        }
    }

    @Test
    void aFileCutOffAnywhereGivesWhatIsWholeAndGoesOn() throws Exception {
        try (PackTimes times = open()) {
            times.verified(0, ago(1));
            times.verified(1, ago(2));
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (PackTimes times = open()) {
                assertEquals(length >= 64 + 24, times.verifiedAt(0).isPresent(), "of " + length + " bytes");
                assertEquals(Optional.empty(), times.verifiedAt(1));
                times.verified(2, ago(3));
            }
            try (PackTimes times = open()) {
                assertEquals(Optional.of(ago(3)), times.verifiedAt(2), "after " + length + " bytes");
            }
        }
    }

    @Test
    void aWrongByteNeverMakesAPackLookVerified() throws Exception {
        try (PackTimes times = open()) {
            times.verified(0, ago(7));
            times.stored(1, ago(7));
        }
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] wrong = whole.clone();
            wrong[at] ^= (byte) (1 << at % 8);
            Files.write(file, wrong);
            try (PackTimes times = open()) {
                Optional<Instant> at0 = times.verifiedAt(0);
                assertTrue(at0.isEmpty() || at0.get().equals(ago(7)), "byte " + at);
                for (int pack = 1; pack < 6; pack++) {
                    assertEquals(Optional.empty(), times.verifiedAt(pack), "byte " + at);
                }
            }
        }
    }

    @Test
    void theFileOfAnotherVaultIsNotBelieved() throws Exception {
        try (PackTimes times = open(VAULT.replace('1', '2'))) {
            times.verified(0, ago(1));
        }
        try (PackTimes times = open()) {
            assertEquals(Optional.empty(), times.verifiedAt(0));
        }
    }

    @Test
    void theFileStaysShortHoweverOftenPacksAreVerified() throws Exception {
        try (PackTimes times = open()) {
            for (int i = 0; i < 30_000; i++) {
                times.verified(i % 6, NOW.plusSeconds(i));
                assertTrue(i % 1000 != 0 || Files.size(file) <= 64 + 24 * (12 + 4097), "after " + i);
            }
        }
        try (PackTimes times = open()) {
            assertEquals(Optional.of(NOW.plusSeconds(29_999)), times.verifiedAt(29_999 % 6));
            assertEquals(Optional.of(NOW.plusSeconds(29_994)), times.oldest(IntStream.range(0, 6)));
        }
    }
}
