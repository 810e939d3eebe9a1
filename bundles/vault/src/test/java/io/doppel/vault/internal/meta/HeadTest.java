package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadTest {
    private static final int MANY = 200_000;

    private static HeadVersion version(int number) {
        return new HeadVersion(String.format("%032x", number), "host", "m-" + number % 7, Instant.EPOCH);
    }

    private static Head head(int versions) {
        List<HeadVersion> all = new ArrayList<>();
        for (int i = 0; i < versions; i++) {
            all.add(version(i));
        }
        return new Head(3, "", 2, new HeadVersions(all), List.of("a"), List.of());
    }

    @Test
    void itIsTheSameWhenItIsReadAgain() {
        Head head = head(3);
        assertEquals(head, Json.read(Json.write(head), Head.class).orElseThrow());
        assertEquals(List.of(version(0), version(1), version(2)), head.versions());
    }

    @Test
    void askingForEachOfVeryManyVersionsTakesNoTime() {
        Head head = head(MANY);
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (int i = 0; i < MANY; i++) {
                assertTrue(head.lists(version(i).id()));
                assertEquals(version(i), head.versions().find(version(i).id()).orElseThrow());
            }
        });
        assertFalse(head.lists(version(MANY).id()));
    }
}
