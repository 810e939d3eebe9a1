package io.doppel.core.internal.kind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BandwidthTest {
    private static final String OFFICE = "08:00-18:00=2MB/s, 18:00-08:00=unlimited";

    @ParameterizedTest
    @CsvSource({
        "2026-01-05T06:59:59Z, 0",
        "2026-01-05T07:00:00Z, 2000000",
        "2026-01-05T16:59:59Z, 2000000",
        "2026-01-05T17:00:00Z, 0",
        "2026-01-05T23:30:00Z, 0",
        // summer time: an hour earlier
        "2026-07-05T06:00:00Z, 2000000",
        "2026-07-05T16:00:00Z, 0"
    })
    void theTimeOfDayCountsWhereTheUserIs(Instant now, long rate) throws Exception {
        assertEquals(rate, Bandwidth.parse(OFFICE, "Europe/Berlin").at(now));
    }

    @ParameterizedTest
    @CsvSource({
        "2MB/s, 2000000",
        "2 MB/s, -1",
        "2mib, 2097152",
        "1.5k, 1500",
        "512KiB/s, 524288",
        "1GB/s, 1000000000",
        "700, 700",
        "00:00-24:00=3MB/s, 3000000",
        "unlimited, 0"
    })
    void ratesAreOfTheUsualUnits(String text, long rate) throws Exception {
        if (rate < 0) {
            assertBad(text, "UTC");
        } else {
            assertEquals(rate, Bandwidth.parse(text, "UTC").at(Instant.EPOCH));
        }
    }

    @Test
    void theFirstWindowThatFitsCounts() throws Exception {
        Bandwidth b = Bandwidth.parse("22:00-6:00=1MB/s,05:00-07:00=2MB/s,9MB/s", "UTC");
        assertEquals(1_000_000, b.at(Instant.parse("2026-01-05T22:00:00Z")));
        assertEquals(1_000_000, b.at(Instant.parse("2026-01-05T05:59:59Z")));
        assertEquals(2_000_000, b.at(Instant.parse("2026-01-05T06:00:00Z")));
        assertEquals(9_000_000, b.at(Instant.parse("2026-01-05T07:00:00Z")));
        assertEquals(0, Bandwidth.parse("", "").at(Instant.EPOCH));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08:00-18:00",
                "08:00-18:00=",
                "8-18=2MB/s",
                "08:00-25:00=2MB/s",
                "10:00-10:00=1MB/s",
                "0MB/s",
                "-1",
                "2MB/s,",
                "fast"
            })
    void whatMakesNoSenseIsRefused(String text) {
        assertBad(text, "UTC");
    }

    @Test
    void aZoneThatIsNoneIsRefused() {
        assertBad("2MB/s", "Berlin/Europe");
    }

    private static void assertBad(String text, String zone) {
        DoppelException e = assertThrows(DoppelException.class, () -> Bandwidth.parse(text, zone));
        assertTrue(e.is(CommonError.BAD_SETTING), e.getMessage());
    }
}
