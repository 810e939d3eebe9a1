package io.doppel.core.internal.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.core.JobError;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private static final List<HostMachine> MACHINES = Stream.of("web 1", "web 2", "a*b", "axb", "x/y", "(.)")
            .map(n -> new HostMachine(
                    "h", new Machine("id-" + n, n, Machine.PowerState.OFF, Set.of(), List.of(), List.of())))
            .toList();

    private static List<String> chosen(String pattern) throws DoppelException {
        return Selection.parse(pattern).of(MACHINES).stream()
                .map(m -> m.machine().name())
                .toList();
    }

    @Test
    void starsStandForAnyCharactersAndNothingElseIsSpecial() throws Exception {
        assertEquals(List.of("web 1", "web 2"), chosen("h/web*"));
        assertEquals(6, chosen("*").size());
        assertEquals(List.of("x/y"), chosen("h/x/y"));
        assertEquals(List.of("(.)"), chosen("h/(.)"));
        assertEquals(List.of("a*b", "axb"), chosen("h/a*b"));
        assertEquals(List.of("a*b"), chosen("h/id-a*b"), "an id means one machine");
        assertTrue(Selection.parse("po*l/x").matchesHost("pool"));
    }

    @Test
    void whatIsNoPatternIsRefused() {
        for (String bad : List.of("", "h", "/m", "h/", "**")) {
            DoppelException e = assertThrows(DoppelException.class, () -> Selection.parse(bad), bad);
            assertTrue(e.is(JobError.BAD_SELECTION));
        }
    }
}
