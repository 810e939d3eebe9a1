package io.doppel.hypervisor.xen.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.MachineStreams;
import io.doppel.tck.RecordingWork;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines as XVA out of a simulated pool and into one. */
class StreamsTest {
    @TempDir
    Path folder;

    private final RecordingWork work = new RecordingWork();
    private SimHost sim;
    private HypervisorHost host;
    private MachineStreams streams;
    private String machine;
    private byte[] disk;
    private Set<String> before;

    @BeforeEach
    void start() throws Exception {
        sim = new SimHost(folder);
        disk = new byte[3 << 20];
        new Random(5).nextBytes(disk);
        machine = sim.makeMachine("m", List.of(disk));
        host = sim.connect();
        streams = host.streams().orElseThrow();
        before = sim.things();
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
        sim.close();
    }

    private byte[] sent() throws Exception {
        try (MachineStreams.Outgoing outgoing = streams.send(machine, work)) {
            assertEquals(3 << 20, outgoing.expectedBytes());
            byte[] all = outgoing.content().readAllBytes();
            outgoing.complete();
            return all;
        }
    }

    @Test
    void aMachineGoesOutAndComesIn() throws Exception {
        byte[] xva = sent();
        assertEquals(before, sim.things(), "the snapshot is left");
        String id = streams.receive(new ByteArrayInputStream(xva), "copy", Map.of(), work);
        Machine made = host.machines().stream()
                .filter(m -> m.id().equals(id))
                .findFirst()
                .orElseThrow();
        assertEquals("copy", made.name());
        assertArrayEquals(disk, sim.read(sim.vdi(id, "0")));
        Object marks = sim.pool.records().get("VM", sim.ref("VM", id)).get("other_config");
        assertFalse(marks.toString().contains("doppel:"), marks.toString());
        assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()));
        assertArrayEquals(disk, sim.read(sim.vdi(id, "0")));
    }

    private List<String> cards(String id) {
        return sim.refs("VM", sim.ref("VM", id), "VIFs");
    }

    private String card(String id, String field) {
        assertEquals(1, cards(id).size());
        return sim.pool.records().text("VIF", cards(id).get(0), field);
    }

    @Test
    void cardsAndDisksGoWhereTheOptionsSay() throws Exception {
        byte[] xva = sent();
        String kept = streams.receive(new ByteArrayInputStream(xva), "kept", Map.of(), work);
        assertEquals(card(machine, "MAC"), card(kept, "MAC"));
        assertEquals(card(machine, "network"), card(kept, "network"));

        String lab = sim.pool.records().create("network", Map.of("name_label", "lab", "bridge", "xapi7"));
        String was = sim.pool.records().text("SR", storage(machine), "uuid");
        String sr = sim.pool.records().all("SR").stream()
                .filter(s -> sim.pool.records().text("SR", s, "content_type").equals("user")
                        && !sim.uuid("SR", s).equals(was))
                .findFirst()
                .orElseThrow();
        String moved = streams.receive(
                new ByteArrayInputStream(xva),
                "moved",
                Map.of("networks", "lab", "mac", "new", "storage", sim.uuid("SR", sr)),
                work);
        assertEquals(lab, card(moved, "network"));
        assertNotEquals(card(machine, "MAC"), card(moved, "MAC"));
        assertEquals(sr, storage(moved));
        assertArrayEquals(disk, sim.read(sim.vdi(moved, "0")));

        String alone = streams.receive(new ByteArrayInputStream(xva), "alone", Map.of("networks", "none"), work);
        assertEquals(List.of(), cards(alone));
        assertEquals(
                Map.of(), sim.pool.records().get("VM", sim.ref("VM", alone)).get("blocked_operations"));
        assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()));
    }

    private String storage(String id) {
        return sim.pool.records().text("VDI", sim.ref("VDI", sim.vdi(id, "0")), "SR");
    }

    @Test
    void aNetworkThatIsNotThereIsToldBeforeAnythingIsMade() throws Exception {
        byte[] xva = sent();
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> streams.receive(new ByteArrayInputStream(xva), "copy", Map.of("networks", "nowhere"), work));
        assertTrue(e.is(XenError.NO_NETWORK), e.getMessage());
        assertEquals(before, sim.things());
    }

    @Test
    void aCardThatCannotBeMadeLeavesNothing() throws Exception {
        byte[] xva = sent();
        sim.pool.faults().on("VIF.create").error("INTERNAL_ERROR", "scripted");
        assertThrows(
                DoppelException.class, () -> streams.receive(new ByteArrayInputStream(xva), "copy", Map.of(), work));
        assertEquals(before, sim.things());
    }

    @Test
    void whileItIsHalfMadeAMachineIsMarkedAndCannotBeStarted() throws Exception {
        byte[] xva = sent();
        List<Map<String, Object>> seen = new ArrayList<>();
        sim.pool
                .faults()
                .on("VIF.create")
                .run(() -> sim.pool.records().all("VM").stream()
                        .map(vm -> sim.pool.records().get("VM", vm))
                        .filter(vm -> vm.get("name_label").toString().startsWith("[Importing"))
                        .forEach(seen::add));
        streams.receive(new ByteArrayInputStream(xva), "copy", Map.of(), work);
        assertEquals(1, seen.size());
        assertTrue(seen.get(0).get("other_config").toString().contains("doppel:kind=restore"), seen.toString());
        assertTrue(seen.get(0).get("blocked_operations").toString().contains("start"), seen.toString());
    }

    @Test
    void aMachineThatCannotBeReleasedLeavesNothing() throws Exception {
        byte[] xva = sent();
        sim.pool.faults().on("VM.set_other_config").error("INTERNAL_ERROR", "scripted");
        assertThrows(
                DoppelException.class, () -> streams.receive(new ByteArrayInputStream(xva), "copy", Map.of(), work));
        assertEquals(before, sim.things());
    }

    @Test
    void aDiskThatKeepsItsMarkStaysWithItsMachine() throws Exception {
        byte[] xva = sent();
        sim.pool.faults().on("VDI.set_other_config").error("INTERNAL_ERROR", "scripted");
        String id = streams.receive(new ByteArrayInputStream(xva), "copy", Map.of(), work);
        assertEquals(1, work.warnings().size());
        assertEquals(List.of(), host.sweep(Duration.ZERO, List.of()));
        assertArrayEquals(disk, sim.read(sim.vdi(id, "0")));
        String config = sim.pool
                .records()
                .get("VDI", sim.ref("VDI", sim.vdi(id, "0")))
                .get("other_config")
                .toString();
        assertFalse(config.contains("doppel:"), config);
    }

    @Test
    void aBrokenStreamLeavesNothing() throws Exception {
        byte[] xva = sent();
        byte[] half = Arrays.copyOf(xva, xva.length / 2);
        assertThrows(
                DoppelException.class, () -> streams.receive(new ByteArrayInputStream(half), "copy", Map.of(), work));
        assertEquals(before, sim.things());
    }

    @Test
    void whatASlowPoolMakesOfACutStreamIsGoneWhenItsFailureIsTold() throws Exception {
        byte[] beginning = Arrays.copyOf(sent(), 128 << 10);
        AtomicBoolean made = new AtomicBoolean();
        sim.pool.faults().on("VM.create").delay(Duration.ofSeconds(2));
        sim.pool.faults().on("VM.create").afterwards().run(() -> made.set(true));
        InputStream cut = new SequenceInputStream(new ByteArrayInputStream(beginning), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("scripted");
            }
        });
        IOException e = assertThrows(IOException.class, () -> streams.receive(cut, "copy", Map.of(), work));
        assertEquals("scripted", e.getMessage());
        assertTrue(made.get(), "the pool is still making the machine");
        assertEquals(before, sim.things());
        assertEquals(Map.of(), sim.pool.listing().pendingTasks());
    }

    @Test
    void anExportThatFailsIsTold() throws Exception {
        sim.pool.faults().on("http:/export#half").error("INTERNAL_ERROR", "scripted");
        assertThrows(Exception.class, this::sent);
        assertEquals(before, sim.things());
        assertTrue(host.machines().get(0).problems().isEmpty());
    }
}
