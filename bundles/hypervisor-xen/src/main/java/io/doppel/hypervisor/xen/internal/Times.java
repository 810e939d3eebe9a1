package io.doppel.hypervisor.xen.internal;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** Times as the pool writes them: {@code 20261121T23:05:59Z}, or with dashes and fractions from newer ones. */
final class Times {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("[yyyy-MM-dd][yyyyMMdd]'T'HH:mm:ss[.SSS][.SS][.S]['Z']");

    private Times() {}

    /** Whether a time is at least that long ago; a text that is no time counts as old. */
    static boolean isOld(String time, Duration age) {
        try {
            return !LocalDateTime.parse(time, FORM)
                    .isAfter(LocalDateTime.now(ZoneOffset.UTC).minus(age));
        } catch (DateTimeParseException e) {
            return true;
        }
    }
}
