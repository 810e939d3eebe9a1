package io.doppel.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Short runs of the drivers that inject faults into real backups. */
class FaultsTest {
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    @Test
    @Timeout(280)
    void whatWasReportedDoneSurvivesPowerCuts() throws Exception {
        assertNoViolation("power-cut", "6", "--size", "64");
    }

    @Test
    @Timeout(280)
    void whatWasReportedDoneSurvivesKills() throws Exception {
        assertNoViolation("kill-storm", "6", "--size", "64");
    }

    @Test
    @Timeout(280)
    void whatWasReportedDoneSurvivesRandomSchedules() throws Exception {
        assertNoViolation("schedules", "12");
    }

    @ParameterizedTest
    @CsvSource({
        "file:/vault/*, 0",
        "dir:/vault, 0",
        "dir:/vault/lease, 0",
        "dir:/vault/data, 0",
        "dir:/vault/data/*, 0",
        "dir:/vault/tree, 0",
        "dir:/vault/tree/*, 0",
        "dir:/vault/index, 0",
        "dir:/vault/versions, 0",
        "dir:/vault/versions/*, 0",
        "dir:/vault/heads, 0",
        "file:/state/*, 0",
        "dir:/state, 8"
    })
    @Timeout(120)
    void leavingOutAnySyncIsNoticed(String sync, String at) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("1", "--size", "8", "--seed", "1", "--without", sync));
        if (!at.equals("0")) {
            arguments.addAll(List.of("--at", at));
        }
        Path output = run("power-cut", arguments.toArray(String[]::new), 1);
        assertTrue(Files.readString(output).contains("VIOLATION"), Files.readString(output));
    }

    private void assertNoViolation(String driver, String... arguments) throws IOException, InterruptedException {
        Path output = run(driver, arguments, 0);
        assertTrue(Files.readString(output).contains("no violation"), Files.readString(output));
    }

    private Path run(String driver, String[] arguments, int status) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", driver));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--classpath", System.getProperty("java.class.path"), "--work", folder.toString()));
        Process process = new ProcessBuilder(command)
                .directory(Path.of("").toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(270, TimeUnit.SECONDS), "hangs: " + command);
        } finally {
            process.destroyForcibly();
        }
        System.out.print(Files.readString(output));
        assertEquals(status, process.exitValue(), Files.readString(output) + log());
        return output;
    }

    /** What the backup processes said, where a violation kept it. */
    private String log() throws IOException {
        StringBuilder text = new StringBuilder();
        try (var logs = Files.newDirectoryStream(folder, "doppel-*")) {
            for (Path evidence : logs) {
                text.append(Files.readString(evidence.resolve("log")));
            }
        }
        return text.toString();
    }
}
