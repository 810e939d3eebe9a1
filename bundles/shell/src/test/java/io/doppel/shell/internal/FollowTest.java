package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.api.job.JobState;
import java.util.List;
import org.junit.jupiter.api.Test;

class FollowTest {
    private static final String SUMMARY = """
            TASK         STATE          SIZE      READ    STORED  TIME  RESULT
            lab/web      succeeded  3.91 GiB  1.95 GiB  0.98 GiB  1:05  version=7c1e55d0a1b2c3d4
              disk0.img  succeeded  3.91 GiB  1.95 GiB  0.98 GiB  1:05
            warning: The changes cannot be proven: everything is read
            Run 7 succeeded after 1:05: 1 machine was dealt with.
            """;

    @Test
    void scriptGetsALineEveryTenSecondsAndTheSummary() throws Exception {
        Desk desk = Desk.script();
        desk.ticker.stepNanos = 10_000_000_000L;
        assertEquals(0, desk.run("backup", "lab/web", "--vault", "main"));
        assertEquals("""
                run 7 backup: 0 %, 0 B/3.91 GiB, 0 B/s
                run 7 backup: 25 %, 0.98 GiB/3.91 GiB, 100 MiB/s, 0:30 left
                run 7 backup: 50 %, 1.95 GiB/3.91 GiB, 100 MiB/s, 0:20 left
                run 7 backup: 75 %, 2.93 GiB/3.91 GiB, 100 MiB/s, 0:10 left
                """ + SUMMARY, desk.screen.outText());
        assertEquals("", desk.screen.errText());
        assertTrue(desk.jobs.listeners.isEmpty(), "the subscription is closed");
    }

    @Test
    void terminalGetsLinesDrawnInPlace() throws Exception {
        Desk desk = Desk.terminal(80);
        assertEquals(0, desk.run("backup", "lab/web", "--vault", "main"));
        String text = desk.screen.outText();
        assertTrue(text.contains("\u001b[2A"), text);
        int end = text.indexOf("TASK");
        assertTrue(text.substring(0, end).endsWith("\r\u001b[1A\u001b[J"), text);
        assertTrue(text.endsWith("Run 7 succeeded after 1:05: 1 machine was dealt with.\n"), text);
        String drawn = text.substring(0, end);
        for (String line : drawn.replaceAll("\u001b\\[[0-9]*[AJK]", "").split("[\r\n]+")) {
            assertTrue(line.length() < 80, line);
        }
    }

    @Test
    void jsonIsOneDocumentAndNothingElse() throws Exception {
        Desk desk = Desk.terminal(80);
        assertEquals(0, desk.run("backup", "--json", "lab/web", "--vault", "main"));
        JsonNode result = new ObjectMapper().readTree(desk.screen.outText());
        assertEquals("SUCCEEDED", result.at("/run/state").asText());
        assertEquals("2026-11-21T12:01:06Z", result.at("/run/ended").asText());
        assertEquals("7c1e55d0a1b2c3d4", result.at("/tasks/0/results/version").asText());
        assertEquals(2, result.at("/log").size());
    }

    @Test
    void failedRunFailsTheCommand() throws Exception {
        Desk desk = Desk.script();
        desk.jobs.end = JobState.FAILED;
        assertEquals(1, desk.run("backup", "lab/web", "--vault", "main"));
        assertTrue(
                desk.screen
                        .outText()
                        .endsWith("Run 7 failed after 1:05: DPL-API-0006: The disk could not be read."
                                + " Check the device.\n"),
                desk.screen.outText());
        assertEquals(
                "DPL-SHL-0008: Run 7 failed with DPL-API-0006. See its log with doppel:job-log, remove the cause, then"
                        + " doppel:job-retry.\n",
                desk.screen.errText());
    }

    @Test
    void warningIsSuccess() throws Exception {
        Desk desk = Desk.script();
        desk.jobs.end = JobState.WARNING;
        assertEquals(0, desk.run("validate"));
    }

    @Test
    void closingTheShellStopsTheRun() throws Exception {
        Desk desk = Desk.terminal(80);
        desk.ticker.interruptNext = true;
        assertEquals(1, desk.run("backup", "lab/web", "--vault", "main"));
        assertEquals(List.of(7L), desk.jobs.cancelled);
        assertFalse(desk.screen.outText().contains("TASK"));
    }

    @Test
    void ctrlCFromTheClientStopsTheRun() throws Exception {
        Desk desk = Desk.script();
        desk.screen.typedInterrupts.add(true);
        assertEquals(1, desk.run("backup", "lab/web", "--vault", "main"));
        assertEquals(List.of(7L), desk.jobs.cancelled);
        assertTrue(desk.screen.outText().contains("Run 7 was cancelled"), desk.screen.outText());
        assertEquals(
                "Stopping run 7 ...\n"
                        + "DPL-SHL-0009: Run 7 was cancelled. Run what is missing with doppel:job-retry.\n",
                desk.screen.errText());
    }

    @Test
    void secondInterruptLeavesAtOnce() throws Exception {
        Desk desk = Desk.script();
        desk.screen.typedInterrupts.add(true);
        desk.screen.typedInterrupts.add(true);
        desk.jobs.steps = 1_000;
        assertEquals(1, desk.run("job-run", "nightly"));
        assertEquals(List.of(7L), desk.jobs.cancelled);
    }

    @Test
    void interruptOfWatchingLeavesTheRunAlone() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("job-run", "--detach", "nightly"));
        assertEquals("Run 7 is queued. Watch it with: doppel:job-watch 7\n", desk.screen.outText());
        desk.screen.typedInterrupts.add(true);
        assertEquals(1, desk.run("job-watch", "7"));
        assertEquals(List.of(), desk.jobs.cancelled);
        assertTrue(desk.screen.errText().contains("Run 7 goes on"), desk.screen.errText());
    }

    @Test
    void runThatHasEndedIsShownAtOnce() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("job-watch", "6"));
        assertTrue(desk.screen.outText().contains("Run 6 succeeded"));
        assertFalse(desk.screen.outText().contains("left"));
    }
}
