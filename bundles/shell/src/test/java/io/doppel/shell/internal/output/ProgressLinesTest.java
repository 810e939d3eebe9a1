package io.doppel.shell.internal.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.api.job.JobTask;
import io.doppel.api.job.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
    private static final long MIB = 1 << 20;
    private static final long SECOND = 1_000_000_000L;

    private static JobRun run(long done, long total) {
        return new JobRun(
                7,
                new JobDefinition("", "backup", List.of("lab/*"), Map.of()),
                JobState.RUNNING,
                new Progress(total, done, done, 0, 0),
                Instant.EPOCH,
                Optional.of(Instant.EPOCH),
                Optional.empty(),
                "",
                "");
    }

    private static JobTask task(long id, Optional<Long> parent, String name, long done, long total) {
        return new JobTask(
                id,
                7,
                parent,
                name,
                JobState.RUNNING,
                new Progress(total, done, done, 0, 0),
                Optional.empty(),
                Optional.empty(),
                "",
                "",
                Map.of());
    }

    private static List<JobTask> tasks(long done) {
        return List.of(
                task(1, Optional.empty(), "lab/web", done, 1000 * MIB),
                task(2, Optional.of(1L), "disk0", done, 600 * MIB),
                task(3, Optional.of(1L), "disk1", 0, 400 * MIB));
    }

    @Test
    void showsPartsUnderWayAndTheWholeWithRateAndTimeLeft() {
        ProgressLines lines = new ProgressLines();
        lines.frame(run(0, 1000 * MIB), tasks(0), 100, 10, 0);
        assertEquals(
                List.of(
                        "lab/web disk0              [########----------------]   33 %    200 MiB/600 MiB"
                                + "   100 MiB/s  0:04 left",
                        "lab/web disk1              [------------------------]    0 %        0 B/400 MiB"
                                + "       0 B/s",
                        "run 7 backup               [####--------------------]   20 %   200 MiB/0.98 GiB"
                                + "   100 MiB/s  0:08 left"),
                lines.frame(run(200 * MIB, 1000 * MIB), tasks(200 * MIB), 105, 10, 2 * SECOND));
    }

    @Test
    void fitsEveryWidth() {
        ProgressLines lines = new ProgressLines();
        lines.frame(run(0, 1000 * MIB), tasks(0), 80, 10, 0);
        for (int width = 1; width <= 200; width++) {
            for (String line : lines.frame(run(9 * MIB, 1000 * MIB), tasks(9 * MIB), width, 10, SECOND)) {
                assertTrue(Text.width(line) <= width, width + ": " + line);
            }
        }
    }

    @Test
    void narrowTerminalKeepsNameAndPercent() {
        assertEquals(List.of("run 7 backup 20 %"), new ProgressLines().frame(run(20, 100), List.of(), 20, 10, 0));
    }

    @Test
    void moreTasksThanLinesAreCounted() {
        List<JobTask> many = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            many.add(task(i, Optional.empty(), "m" + i, 0, 10));
        }
        List<String> frame = new ProgressLines().frame(run(0, 300), many, 80, 5, 0);
        assertEquals(5, frame.size());
        assertEquals("and 27 more", frame.get(3));
    }

    @Test
    void unknownTotalHasNoPercentAndNoTimeLeft() {
        ProgressLines lines = new ProgressLines();
        lines.sentence(run(0, 0), 0);
        assertEquals("run 7 backup: - %, 10.0 MiB, 10.0 MiB/s", lines.sentence(run(10 * MIB, 0), SECOND));
    }

    @Test
    void rateForgetsWhatIsTenSecondsAgo() {
        Rate rate = new Rate();
        for (int second = 0; second <= 100; second++) {
            rate.add(second * SECOND, Math.min(second, 50) * MIB);
        }
        assertEquals(0, rate.perSecond());
    }

    @Test
    void framesAreDrawnOverEachOtherInOneWrite() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LiveLines live = new LiveLines(new PrintStream(bytes, false, StandardCharsets.UTF_8));
        live.draw(List.of("a", "b"));
        live.draw(List.of("c"));
        live.clear();
        assertEquals(
                "\ra\u001b[K\nb\u001b[K\n\u001b[J" + "\r\u001b[2Ac\u001b[K\n\u001b[J" + "\r\u001b[1A\u001b[J",
                bytes.toString(StandardCharsets.UTF_8));
    }
}
