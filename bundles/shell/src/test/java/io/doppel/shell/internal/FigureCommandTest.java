package io.doppel.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FigureCommandTest {
    @Test
    void theVaultAsAWhole() throws Exception {
        Desk desk = Desk.terminal(120);
        assertEquals(0, desk.run("vault-figures", "main"));
        String out = desk.screen.outText();
        assertTrue(out.contains("dedup") && out.contains("6.64"), out);
        assertTrue(out.contains("2.10") && out.contains("~1.00 GiB") && out.contains("~1.50 GiB"), out);
        assertTrue(out.contains("measured 2026-11-20"), out);
        desk.figures.measured = Instant.EPOCH;
        desk.figures.droppable = -1;
        assertEquals(0, desk.run("vault-figures", "main"));
        out = desk.screen.outText();
        assertTrue(out.contains("no purge has measured it yet") && out.contains("?"), out);
    }

    @Test
    void byMachine() throws Exception {
        Desk desk = Desk.terminal(140);
        assertEquals(0, desk.run("vault-figures", "main", "--machines"));
        List<String> lines = desk.screen.outLines();
        assertEquals(3, lines.size());
        assertTrue(lines.get(1).matches("lab/web +30 .* 6\\.92 +2\\.17 +600 MiB +300 MiB"), lines.get(1));
        assertTrue(lines.get(2).matches("lab/mail server +1 .* - +2\\.00 GiB +- +- .*"), lines.get(2));
    }

    @Test
    void asJson() throws Exception {
        Desk desk = Desk.script();
        assertEquals(0, desk.run("vault-figures", "main", "--json"));
        JsonNode figures = new ObjectMapper().readTree(desk.screen.outText());
        assertEquals(42L << 30, figures.at("/uniqueBytes").asLong());
        assertEquals(30, figures.at("/machines/0/versions").asInt());
        assertEquals("2026-11-20T12:00:00Z", figures.at("/usedMeasured").asText());
    }
}
