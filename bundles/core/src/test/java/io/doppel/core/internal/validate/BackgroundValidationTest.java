package io.doppel.core.internal.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.settings.SettingsSpec;
import io.doppel.catalog.Catalog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackgroundValidationTest {
    @TempDir
    Path folder;

    /** A backup that stored its version, or a purge that gave space back, has done its work. */
    @Test
    void whatCannotBeCheckedNowIsAWarningOfTheJobThatWroteIt() throws Exception {
        TaskLog job = new TaskLog();
        try (Catalog catalog = Catalog.open(folder);
                BackgroundValidation validation = new BackgroundValidation(
                        catalog, null, null, null, null, SettingsSpec.of(), () -> Duration.ofDays(7))) {
            validation.written(
                    "gone", new Written("Purge", null, new BitSet(), Optional.empty(), new BitSet(), Set.of()), job);
        }
        assertEquals(1, job.lines.size());
        assertTrue(
                job.lines
                        .get(0)
                        .startsWith(
                                "WARNING What was written is not checked now: DPL-API-0007: There is no vault 'gone'"),
                job.lines::toString);
    }
}
