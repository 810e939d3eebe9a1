package io.doppel.core.internal.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.core.JobError;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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
    void tagsAndMembersAreCompared() throws Exception {
        List<HostMachine> pool = List.of(
                machine("a", "host 1", "gold", "web/front"), machine("b", "host 2", "silver"), machine("c", ""));
        for (String[] want : new String[][] {
            {"tag:gold", "a"},
            {"p/tag:*ver", "b"},
            {"tag:web/front", "a"},
            {"member:host*", "a b"},
            {"p/member:host 2", "b"},
            {"member:*", "a b"},
            {"tag:GOLD", ""}
        }) {
            Selection pattern = Selection.parse(want[0]);
            assertTrue(pattern.matchesHost("p") && !pattern.namesOne(), want[0]);
            assertEquals(
                    want[1],
                    pattern.of(pool).stream().map(m -> m.machine().name()).collect(Collectors.joining(" ")),
                    want[0]);
        }
        assertFalse(Selection.parse("q/tag:gold").matchesHost("p"));
        assertEquals("!p/tag:gold", Selection.parse("!p/tag:gold").toString());
        assertEquals("*/member:x", Selection.parse("member:x").toString());
        assertThrows(DoppelException.class, () -> Selection.parse(List.of("!p/a", "!tag:x")));
    }

    private static HostMachine machine(String name, String member, String... tags) {
        return new HostMachine(
                "p",
                new Machine(
                        "id " + name, name, Machine.PowerState.OFF, Set.of(tags), List.of(), member, "", List.of()));
    }

    @Test
    void whatIsNoPatternIsRefused() {
        for (String bad :
                List.of("", "h", "/m", "h/", "**", "!", "!h", "tag:", "member:", "h/tag:", "!h/member:", "!tag:")) {
            DoppelException e = assertThrows(DoppelException.class, () -> Selection.parse(bad), bad);
            assertTrue(e.is(JobError.BAD_SELECTION));
        }
    }
}
