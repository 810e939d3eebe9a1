package io.doppel.shell.internal.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HumanTest {
    @Test
    void bytesHaveThreeDigits() {
        assertEquals("-", Human.bytes(-1));
        assertEquals("0 B", Human.bytes(0));
        assertEquals("999 B", Human.bytes(999));
        assertEquals("0.98 KiB", Human.bytes(1000));
        assertEquals("1.00 KiB", Human.bytes(1024));
        assertEquals("40.0 GiB", Human.bytes(40L << 30));
        assertEquals("512 MiB", Human.bytes(512L << 20));
        assertEquals("8.00 EiB", Human.bytes(Long.MAX_VALUE));
    }

    /** A purge learns only on its way what is to be copied and deleted. */
    @Test
    void aHundredPercentMeansDone() {
        Progress all = new Progress(8, 8, 0, 0, 0);
        assertEquals("99 %", Human.percent(run(JobState.RUNNING, all)));
        assertEquals("50 %", Human.percent(run(JobState.RUNNING, new Progress(8, 4, 0, 0, 0))));
        assertEquals("100 %", Human.percent(run(JobState.SUCCEEDED, all)));
        assertEquals("-", Human.percent(run(JobState.QUEUED, Progress.NONE)));
    }

    private static JobRun run(JobState state, Progress progress) {
        JobDefinition purge = new JobDefinition("", "purge", List.of(), Map.of());
        return new JobRun(1, purge, state, progress, Instant.EPOCH, Optional.empty(), Optional.empty(), "", "");
    }

    @Test
    void durations() {
        assertEquals("4.2 s", Human.duration(Duration.ofMillis(4200)));
        assertEquals("1:05", Human.duration(Duration.ofSeconds(65)));
        assertEquals("2:03:05", Human.duration(Duration.ofSeconds(7385)));
    }

    @Test
    void idsAreShortButDifferent() {
        assertEquals(List.of("aaaaaaaaaaaa"), Human.shortIds(List.of("aaaaaaaaaaaabbbb")));
        assertEquals(
                List.of("aaaaaaaaaaaab", "aaaaaaaaaaaac"),
                Human.shortIds(List.of("aaaaaaaaaaaabbbb", "aaaaaaaaaaaacbbb")));
        assertEquals(List.of("ab", "ab"), Human.shortIds(List.of("ab", "ab")));
    }
}
