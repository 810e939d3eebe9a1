package io.doppel.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PowerCutLayerTest {
    @Test
    @Timeout(120)
    void theLayerLosesWhatItsModelSaysAndNothingElse() throws Exception {
        // Debian's Python, because python3-fusepy is installed for that one.
        Process python = new ProcessBuilder(
                        "/usr/bin/python3",
                        Path.of("powercut", "test_powercut.py").toString())
                .inheritIO()
                .start();
        assertTrue(python.waitFor(110, TimeUnit.SECONDS), "the layer's own test hangs");
        assertEquals(0, python.exitValue());
    }
}
