package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.sim.xapi.Records;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine restored to a new one: its bits, its record, its network cards; and it starts. */
class RestoreTest {
    private static final long[] SIZES = {(40 << 20) + 3 * 512, (7 << 20) + 512};

    @TempDir
    private Path folder;

    @Test
    void aNewMachineHasTheBitsTheRecordAndTheCardsAndStarts() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        try (TestPool pool = new TestPool(folder.resolve("p"));
                DoppelServer server = new DoppelServer(folder.resolve("s"))) {
            String original = pool.machine("web", SIZES);
            Records records = pool.sim.records();
            records.set("VM", original, "name_description", "shop & <front>");
            records.set("VM", original, "tags", List.of("gold"));
            records.set("VM", original, "HVM_boot_params", Map.of("order", "cdn", "firmware", "uefi"));
            String lab = records.create("network", Map.of("name_label", "lab", "bridge", "xapi1"));
            String network =
                    records.text("VIF", records.refs("VM", original, "VIFs").get(0), "network");
            server.addVault("v", folder.resolve("v/v"));
            server.addPool("pool", pool, Map.of());
            String version = server.result(server.succeeded(server.backup("web", "v")), "version");
            TestPool.Oracle oracle = pool.lastOracle("web");

            server.restore(version, Map.of("name", "kept"));
            String kept = pool.named("kept");
            MachineBits.assertSame(oracle, pool, kept);
            assertTrue(records.refs("VM", kept, "snapshots").isEmpty());
            for (String field : List.of(
                    "name_description",
                    "tags",
                    "HVM_boot_params",
                    "platform",
                    "VCPUs_max",
                    "VCPUs_at_startup",
                    "memory_static_max",
                    "memory_dynamic_min",
                    "actions_after_crash")) {
                assertEquals(records.get("VM", original, field), records.get("VM", kept, field), field);
            }
            assertEquals(Map.of(), records.get("VM", kept, "blocked_operations"));
            assertEquals("Halted", records.text("VM", kept, "power_state"));
            assertEquals(mac(records, original), mac(records, kept));
            assertEquals(network, networkOf(records, kept));

            server.restore(
                    version,
                    Map.of("name", "moved", "host-options", "mac=new,networks=lab,name-suffix=\" (test)\",start=true"));
            String moved = pool.named("moved (test)");
            assertNotEquals(mac(records, original), mac(records, moved));
            assertEquals(lab, networkOf(records, moved));
            assertEquals("Running", records.text("VM", moved, "power_state"));
            assertEquals(List.of(), pool.leftovers());

            // What other people's programs make of the disk: the file system is whole, and a computer starts from it.
            Path disk = pool.copy(pool.disksOf(kept).get("0"));
            Command.run("e2fsck", "-fn", disk.toString());
            assertEquals(BootableDisk.RIGHT, BootableDisk.boot(disk));
        }
    }

    private static String card(Records records, String vm) {
        List<String> cards = records.refs("VM", vm, "VIFs");
        assertEquals(1, cards.size());
        return cards.get(0);
    }

    private static String mac(Records records, String vm) {
        return records.text("VIF", card(records, vm), "MAC");
    }

    private static String networkOf(Records records, String vm) {
        return records.text("VIF", card(records, vm), "network");
    }
}
