package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldCommandsTest {
    private final ObjectMapper mapper = new ObjectMapper();

    @Test
    void theListSaysWhatCannotBeReadAndWhatItKeeps() throws Exception {
        Desk desk = Desk.terminal(140);
        assertEquals(0, desk.run("hold-list", "main"));
        List<String> lines = desk.screen.outLines();
        assertEquals(3, lines.size());
        assertTrue(
                lines.get(1).matches("9b1d0c550000 +05aa90b7ffee0123 .* run +server-2 +restore, run 4"), lines.get(1));
        assertTrue(lines.get(2).matches("c20000000000 +all +- +unreadable .*"), lines.get(2));
    }

    @Test
    void theListAsJson() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("hold-list", "main", "--json"));
        JsonNode holds = mapper.readTree(desk.screen.outText());
        assertEquals("05aa90b7ffee0123", holds.at("/0/versionId").asText());
        assertEquals("2026-11-21T12:00:00Z", holds.at("/0/since").asText());
        assertTrue(holds.at("/1/since").isNull());
        assertTrue(holds.at("/1/problem").asText().contains("c200000000000000000000000000dead"));
    }

    @Test
    void aHoldNeedsAPurposeAndIsEndedAfterAYes() throws Exception {
        Desk desk = Desk.terminal(80);
        assertEquals(1, desk.run("hold-add", "7c1e"));
        assertEquals(0, desk.run("hold-add", "7c1e", "--purpose", "case 17"));
        assertEquals("case 17", desk.vaults.holds.get(2).purpose());
        assertTrue(desk.vaults.holds.get(2).lasting());
        assertEquals(1, Desk.script().run("hold-remove", "main", "d3d0", "--json"));
        assertEquals(0, desk.run("hold-remove", "main", "d3d0", "--yes"));
        assertEquals(2, desk.vaults.holds.size());
    }
}
