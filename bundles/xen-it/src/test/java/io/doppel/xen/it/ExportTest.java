package io.doppel.xen.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.job.JobRun;
import io.doppel.api.job.JobState;
import io.doppel.sim.xapi.Records;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Versions of a pool's machine as files, read by what others wrote: the pool's import, tar, xxhsum and qemu-img. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportTest {
    private static final long[] SIZES = {(12 << 20) + 3 * 512, (4 << 20) + 512};

    @TempDir
    private static Path folder;

    private TestPool pool;
    private DoppelServer server;
    private String vm;
    private String version;
    private Path out;

    @BeforeAll
    void start() throws Exception {
        Files.createDirectory(folder.resolve("v"));
        out = Files.createDirectory(folder.resolve("out"));
        pool = new TestPool(folder.resolve("p"));
        server = new DoppelServer(folder.resolve("s"));
        vm = pool.machine("web", SIZES);
        Records records = pool.sim.records();
        records.set("VM", vm, "name_description", "shop & <front> \u00e4");
        records.set("VM", vm, "tags", List.of("gold"));
        records.set("VM", vm, "HVM_boot_params", Map.of("order", "cdn", "firmware", "uefi"));
        server.addVault("v", folder.resolve("v/v"));
        server.addPool("pool", pool, Map.of());
        version = server.result(server.succeeded(server.backup("web", "v")), "version");
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        pool.close();
    }

    private Map<String, String> options(String format, String... more) {
        Map<String, String> options = new HashMap<>(Map.of("version", version, "to", out.toString(), "format", format));
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        return options;
    }

    private Path exported(String result, String format, String... more) throws Exception {
        JobRun run = server.succeeded(server.run("export", List.of(), options(format, more)));
        return Path.of(server.result(run, result));
    }

    @AfterEach
    void empty() throws Exception {
        for (Path file : files()) {
            Files.delete(file);
        }
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> all = Files.list(out)) {
            return all.toList();
        }
    }

    @Test
    void anotherPoolImportsTheXva() throws Exception {
        try (TestPool other = new TestPool(folder.resolve("other"))) {
            for (String compression : List.of("none", "zstd", "gzip")) {
                Path xva = exported("file machine", "xva", "host-options", "compression=" + compression);
                put(xva, other, "restore=true");
                String made = other.named("web");
                MachineBits.assertSame(pool.lastOracle("web"), other, made);
                assertSameMachine(other.sim.records(), made);
                other.sim.call("VM.start", made, false, false);
                other.sim.call("VM.hard_shutdown", made);
                assertEquals(List.of(), other.leftovers());
                remove(other, made);
                Files.delete(xva);
            }
        }
    }

    private static void remove(TestPool pool, String machine) {
        Map<String, String> disks = pool.disksOf(machine);
        pool.sim.call("VM.destroy", machine);
        disks.values()
                .forEach(uuid -> pool.sim.call("VDI.destroy", pool.sim.records().find("VDI", uuid)));
    }

    /** Gives a file to the pool as a person does, with curl. */
    private static void put(Path xva, TestPool to, String query) throws Exception {
        var host = to.sim.hosts().get(0);
        Path netrc = Files.writeString(
                xva.resolveSibling("netrc"),
                "machine " + host.address() + " login root password \"" + TestPool.PASSWORD + "\"\n");
        Command.run(
                "curl",
                "-sSfk",
                "--netrc-file",
                netrc.toString(),
                "-T",
                xva.toString(),
                host.url() + "/import?" + query);
        Files.delete(netrc);
    }

    private void assertSameMachine(Records there, String made) {
        Records here = pool.sim.records();
        for (String field : List.of(
                "uuid",
                "name_description",
                "tags",
                "HVM_boot_params",
                "platform",
                "VCPUs_max",
                "VCPUs_at_startup",
                "memory_static_max",
                "memory_dynamic_min",
                "actions_after_crash",
                "domain_type")) {
            assertEquals(here.get("VM", vm, field), there.get("VM", made, field), field);
        }
        assertTrue(!there.get("VM", made, "other_config").toString().contains("doppel:"));
        List<String> cards = there.refs("VM", made, "VIFs");
        assertEquals(1, cards.size());
        String card = here.refs("VM", vm, "VIFs").get(0);
        for (String field : List.of("MAC", "MTU", "device")) {
            assertEquals(here.get("VIF", card, field), there.get("VIF", cards.get(0), field), field);
        }
        assertEquals(
                here.text("network", here.text("VIF", card, "network"), "name_label"),
                there.text("network", there.text("VIF", cards.get(0), "network"), "name_label"));
        assertEquals(diskNames(here, vm), diskNames(there, made));
    }

    private static List<String> diskNames(Records records, String machine) {
        return records.refs("VM", machine, "VBDs").stream()
                .filter(vbd -> records.text("VBD", vbd, "type").equals("Disk"))
                .map(vbd -> records.text("VBD", vbd, "userdevice") + " "
                        + records.text("VDI", records.text("VBD", vbd, "VDI"), "name_label") + " "
                        + records.get("VBD", vbd, "bootable"))
                .sorted()
                .toList();
    }

    @Test
    void tarUnpacksTheXvaAndEveryChecksumIsRight() throws Exception {
        Path xva = exported("file machine", "xva");
        List<String> names = Command.run("tar", "tf", xva.toString()).lines().toList();
        assertEquals("ova.xml", names.get(0));
        Path unpacked = Files.createDirectory(folder.resolve("x"));
        Command.run("tar", "xf", xva.toString(), "-C", unpacked.toString());
        List<String> chunks = names.stream()
                .filter(n -> !n.equals("ova.xml") && !n.endsWith(".xxhash"))
                .toList();
        assertTrue(chunks.size() > 4, names.toString());
        List<String> command = new ArrayList<>(List.of("xxhsum", "-H64"));
        chunks.forEach(chunk -> command.add(unpacked.resolve(chunk).toString()));
        List<String> sums = Command.run(command.toArray(String[]::new))
                .lines()
                .filter(line -> line.matches("[0-9a-f]{16}  .*"))
                .toList();
        assertEquals(chunks.size(), sums.size());
        for (int i = 0; i < chunks.size(); i++) {
            String written = Files.readString(unpacked.resolve(chunks.get(i) + ".xxhash"));
            assertEquals(sums.get(i).substring(0, 16).toUpperCase(Locale.ROOT), written, chunks.get(i));
        }
    }

    @Test
    void oneDiskAlone() throws Exception {
        Path xva = exported("file machine", "xva", "disks", "1");
        try (TestPool other = new TestPool(folder.resolve("one"))) {
            put(xva, other, "restore=false");
            assertEquals(
                    List.of("1"), List.copyOf(other.disksOf(other.named("web")).keySet()));
        }
    }

    @Test
    void vhdAndRawAreTheDisks() throws Exception {
        for (Map.Entry<String, Path> disk : pool.lastOracle("web").files().entrySet()) {
            String position = disk.getKey();
            Path raw = exported("file " + position, "raw", "disks", position);
            assertEquals(-1, Files.mismatch(disk.getValue(), raw), "disk " + position);
            Path vhd = exported("file " + position, "vhd", "disks", position);
            Command.run("qemu-img", "compare", "-f", "vpc", "-F", "raw", vhd.toString(), raw.toString());
        }
    }

    @Test
    void whoCancelsAndWhoFailsFindsNoFile() throws Exception {
        for (String format : List.of("xva", "vhd", "raw")) {
            CountDownLatch begun = new CountDownLatch(1);
            try (var s = server.core.jobs().subscribe(event -> begun.countDown())) {
                JobRun run = server.cancelled(
                        action -> new Thread(() -> {
                                    try {
                                        begun.await();
                                        action.run();
                                    } catch (InterruptedException e) {
                                        throw new AssertionError(e);
                                    }
                                })
                                .start(),
                        "export",
                        List.of(),
                        options(format));
                assertEquals(JobState.CANCELLED, run.state(), format + ": " + run.outcome());
            }
            assertEquals(List.of(), files());
        }
        Path inTheWay = Files.createDirectory(out.resolve("web-" + version.substring(0, 8) + ".xva.part"));
        JobRun run = server.run("export", List.of(), options("xva"));
        assertEquals(JobState.FAILED, run.state(), run.outcome());
        assertEquals(List.of(inTheWay), files());
    }
}
