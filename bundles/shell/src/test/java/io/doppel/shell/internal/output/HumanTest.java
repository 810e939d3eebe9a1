package io.doppel.shell.internal.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
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
