package io.doppel.sim.xapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SimPoolTest {
    private static final long SIZE = 5 * 1024 * 1024 + 4096;

    private Path folder;
    private SimPool pool;
    private Rpc rpc;

    @BeforeEach
    void start() throws Exception {
        folder = Files.createTempDirectory("sim");
        pool = SimPool.builder()
                .hosts(0, "127.0.0.1", "127.0.0.2")
                .disks(new DiskStore(folder))
                .start();
        rpc = new Rpc(pool.master()).login();
    }

    @AfterEach
    void stop() throws IOException {
        pool.close();
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static XapiFault fault(org.junit.jupiter.api.function.Executable work) {
        return assertThrows(XapiFault.class, work);
    }

    @Test
    void aMemberNamesTheMasterBeforeItLooksAtThePassword() {
        Rpc member = new Rpc(pool.hosts().get(1));
        XapiFault fault = fault(() -> member.raw("session.login_with_password", List.of("root", "wrong")));
        assertEquals(List.of("HOST_IS_SLAVE", "127.0.0.1"), fault.description());
    }

    @Test
    void hostsAtOneAddressAreNamedWithTheirPorts() throws Exception {
        try (SimPool other = SimPool.builder()
                .host("127.0.0.1", 0)
                .host("127.0.0.1", 0)
                .disks(pool.disks())
                .start()) {
            Rpc member = new Rpc(other.hosts().get(1));
            XapiFault fault = fault(() -> member.raw("session.login_with_password", List.of("root", "wrong")));
            assertEquals(List.of("127.0.0.1:" + other.hosts().get(0).port()), fault.parameters());
        }
    }

    @Test
    void aWrongPasswordOpensNothing() {
        XapiFault fault = fault(() -> rpc.raw("session.login_with_password", List.of("root", "wrong")));
        assertEquals(List.of("SESSION_AUTHENTICATION_FAILED", "root", "Authentication failure"), fault.description());
        assertEquals(1, pool.sessions());
    }

    @Test
    void aSessionEndsByLogoutAndByDisuse() throws Exception {
        rpc.call("session.logout");
        assertEquals("SESSION_INVALID", fault(() -> rpc.call("VM.get_all")).code());
        try (SimPool hasty = SimPool.builder()
                .disks(pool.disks())
                .sessionIdle(Duration.ofMillis(50))
                .start()) {
            Rpc slow = new Rpc(hasty.master()).login();
            TimeUnit.MILLISECONDS.sleep(120);
            assertEquals(
                    List.of("SESSION_INVALID", slow.session()),
                    fault(() -> slow.call("VM.get_all")).description());
        }
    }

    @Test
    void bothSpellingsOfAMethodAreKnown() throws Exception {
        assertEquals(rpc.call("host_metrics.get_all"), rpc.call("host_metrics_get_all"));
        assertEquals(2, rpc.call("host_metrics_get_all").size());
        assertEquals("pending", rpc.text("task_get_status", rpc.text("task_create", "label", "text")));
        assertEquals(
                List.of("MESSAGE_METHOD_UNKNOWN", "VM.fly"),
                fault(() -> rpc.call("VM.fly")).description());
        assertEquals(
                List.of("MESSAGE_PARAMETER_COUNT_MISMATCH", "VM.get_record", "2", "1"),
                fault(() -> rpc.call("VM.get_record")).description());
    }

    @Test
    void recordsAreFoundAndChanged() throws Exception {
        String vm = pool.machine("web", SIZE);
        JsonNode record = rpc.call("VM.get_record", vm);
        assertEquals(1, record.get("VBDs").size());
        assertEquals(vm, rpc.text("VM.get_by_uuid", record.get("uuid").asText()));
        assertEquals(vm, rpc.call("VM.get_by_name_label", "web").get(0).asText());
        JsonNode found = rpc.call(
                "VM.get_all_records_where",
                "field \"name_label\" = \"web\" and not field \"is_a_template\" = \"true\"");
        assertEquals(List.of(vm), List.copyOf(iterate(found)));
        assertEquals(
                "UUID_INVALID", fault(() -> rpc.call("VM.get_by_uuid", "no")).code());
        assertEquals(
                List.of("HANDLE_INVALID", "VM", "OpaqueRef:no"),
                fault(() -> rpc.call("VM.get_record", "OpaqueRef:no")).description());
        rpc.call("VM.add_to_other_config", vm, "k", "v");
        assertEquals(
                List.of(
                        "MAP_DUPLICATE_KEY",
                        "VM",
                        "other_config",
                        record.get("uuid").asText(),
                        "k"),
                fault(() -> rpc.call("VM.add_to_other_config", vm, "k", "w")).description());
        rpc.call("VM.remove_from_other_config", vm, "k");
        rpc.call("VM.remove_from_other_config", vm, "k");
        rpc.call("VM.add_tags", vm, "gold");
        rpc.call("VM.add_tags", vm, "gold");
        assertEquals("[\"gold\"]", rpc.call("VM.get_tags", vm).toString());
        assertEquals(
                "FIELD_TYPE_ERROR",
                fault(() -> rpc.call("VM.set_tags", vm, "no set")).code());
    }

    private static java.util.Set<String> iterate(JsonNode object) {
        java.util.Set<String> names = new java.util.LinkedHashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void everyClassGivesAllItsRecords() throws Exception {
        int classes = 0;
        for (JsonNode method : rpc.raw("system.listMethods", List.of())) {
            if (method.asText().endsWith(".get_all_records")) {
                assertTrue(rpc.call(method.asText()).isObject());
                classes++;
            }
        }
        assertTrue(classes > 50, () -> "too few classes");
    }

    @Test
    void eventsTellWhatHappenedSinceTheToken() throws Exception {
        JsonNode first = rpc.call("event.from", List.of("VM", "vdi"), "", 1.0);
        assertTrue(first.get("events").size() >= 3);
        String token = first.get("token").asText();
        CompletableFuture<String> later = CompletableFuture.supplyAsync(() -> pool.machine("web", SIZE));
        JsonNode next = rpc.call("event.from", List.of("VM"), token, 20.0);
        String vm = later.get();
        JsonNode event = next.get("events").get(0);
        assertEquals(
                List.of("vm", "add", vm),
                List.of(
                        event.get("class").asText(),
                        event.get("operation").asText(),
                        event.get("ref").asText()));
        assertEquals("web", event.get("snapshot").get("name_label").asText());
        String last =
                rpc.text("event.inject", "pool", pool.records().all("pool").get(0));
        rpc.call("VM.destroy", vm);
        JsonNode gone = rpc.call("event.from", List.of("vm/" + vm), last, 20.0);
        assertEquals(1, gone.get("events").size());
        assertEquals("del", gone.get("events").get(0).get("operation").asText());
        assertFalse(gone.get("events").get(0).has("snapshot"));
        assertEquals(
                rpc.call("VM.get_all").size(),
                gone.get("valid_ref_counts").get("vm").asInt());
    }

    @Test
    void eventsGetLostAndTokensMustBeReadable() throws Exception {
        String token =
                rpc.call("event.from", List.of("*"), "", 1.0).get("token").asText();
        pool.loseEvents();
        assertEquals(
                "EVENTS_LOST",
                fault(() -> rpc.call("event.from", List.of("*"), token, 1.0)).code());
        assertEquals(
                "EVENT_FROM_TOKEN_PARSE_FAILURE",
                fault(() -> rpc.call("event.from", List.of("*"), "x", 1.0)).code());
        assertTrue(rpc.call("event.from", List.of("*"), "", 1.0).get("events").size() > 10);
    }

    @Test
    void aTaskCarriesItsResultAsXml() throws Exception {
        String vm = pool.machine("web", SIZE);
        JsonNode task = rpc.ended(rpc.text("Async.VM.snapshot", vm, "snap", List.of()));
        assertEquals("success", task.get("status").asText());
        String snapshot = task.get("result").asText();
        assertTrue(snapshot.matches("<value>OpaqueRef:[0-9a-f-]+</value>"), snapshot);
        JsonNode failed = rpc.ended(rpc.text("Async.VM.resume", vm, false, false));
        assertEquals("failure", failed.get("status").asText());
        assertEquals(
                "[\"VM_BAD_POWER_STATE\",\"" + vm + "\",\"suspended\",\"halted\"]",
                failed.get("error_info").toString());
        assertEquals("", failed.get("result").asText());
    }

    @Test
    void aTaskIsCancelled() throws Exception {
        String vm = pool.machine("web", SIZE);
        pool.faults().on("VM.snapshot").delay(Duration.ofMinutes(2));
        String task = rpc.text("Async.VM.snapshot", vm, "snap");
        rpc.call("task.cancel", task);
        JsonNode record = rpc.ended(task);
        assertEquals("cancelled", record.get("status").asText());
        assertEquals(
                "[\"TASK_CANCELLED\",\"" + task + "\"]",
                record.get("error_info").toString());
        assertEquals(Map.of(), pool.listing().snapshots());
    }

    @Test
    void changedBlocksFollowTheWritesAndSurviveTheirData() throws Exception {
        String vm = pool.machine("web", SIZE);
        String vdi = rpc.text("VBD.get_VDI", rpc.call("VM.get_VBDs", vm).get(0).asText());
        rpc.call("VDI.enable_cbt", vdi);
        String first = rpc.async("VM.snapshot", vm, "first", List.of());
        String base = disk(first);
        assertEquals(
                "VDI_IN_USE", fault(() -> rpc.call("VDI.data_destroy", base)).code());
        rpc.call("VM.destroy", first);
        rpc.async("VDI.data_destroy", base);
        assertEquals("cbt_metadata", rpc.text("VDI.get_type", base));
        write(vdi, 3 * 65536L + 5, new byte[] {1});
        write(vdi, SIZE - 1, new byte[] {1});
        String target = disk(rpc.async("VM.snapshot", vm, "second", List.of()));
        byte[] bitmap = Base64.getDecoder().decode(rpc.text("VDI.list_changed_blocks", base, target));
        byte[] expected = new byte[11];
        expected[0] = 0x10;
        expected[10] = (byte) 0x80;
        assertEquals(
                java.util.HexFormat.of().formatHex(expected),
                java.util.HexFormat.of().formatHex(bitmap));
        rpc.call("VDI.disable_cbt", vdi);
        String stranger = disk(rpc.async("VM.snapshot", vm, "third", List.of()));
        assertEquals(
                "SR_BACKEND_FAILURE_460",
                fault(() -> rpc.call("VDI.list_changed_blocks", base, stranger)).code());
        assertEquals(
                List.of("VDI_NO_CBT_METADATA", unused(stranger)),
                fault(() -> rpc.call("VDI.data_destroy", stranger)).description());
        assertEquals(
                "OPERATION_NOT_ALLOWED",
                fault(() -> rpc.call("VDI.enable_cbt", target)).code());
    }

    /** Takes a disk away from its machine. */
    private String unused(String vdi) throws Exception {
        rpc.call("VBD.destroy", rpc.call("VDI.get_VBDs", vdi).get(0).asText());
        return vdi;
    }

    private String disk(String vm) throws Exception {
        return rpc.text("VBD.get_VDI", rpc.call("VM.get_VBDs", vm).get(0).asText());
    }

    private void write(String vdi, long offset, byte[] bytes) throws Exception {
        try (LiveDisk disk = ((DiskStore) pool.disks()).open(rpc.text("VDI.get_uuid", vdi));
                FileChannel channel = FileChannel.open(disk.path(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    @Test
    void disksAreReadOverNbdOnlyWhereANetworkIsMeantForIt() throws Exception {
        String vm = pool.machine("web", SIZE);
        String snapshot = disk(rpc.async("VM.snapshot", vm, "snap", List.of()));
        assertEquals(0, rpc.call("VDI.get_nbd_info", snapshot).size());
        String network = pool.records().all("network").get(0);
        rpc.call("network.add_purpose", network, "nbd");
        assertEquals(
                "NETWORK_INCOMPATIBLE_PURPOSES",
                fault(() -> rpc.call("network.add_purpose", network, "insecure_nbd"))
                        .code());
        JsonNode infos = rpc.call("VDI.get_nbd_info", snapshot);
        assertEquals(2, infos.size());
        JsonNode info = infos.get(1);
        assertEquals("127.0.0.2", info.get("address").asText());
        assertEquals(
                "/" + rpc.text("VDI.get_uuid", snapshot) + "?session_id=" + rpc.session(),
                info.get("exportname").asText());
        assertEquals(
                pool.hosts().get(1).identity().certificatePem(),
                info.get("cert").asText());
        int port = info.get("port").asInt();
        try (java.net.Socket socket = new java.net.Socket("127.0.0.2", port)) {
            assertEquals("NBDMAGIC", new String(socket.getInputStream().readNBytes(8), "US-ASCII"));
        }
        rpc.call("session.logout");
        assertThrows(IOException.class, () -> new java.net.Socket("127.0.0.2", port).close());
    }

    @Test
    void aMachineStartsAndItsToolsReportOrNot() throws Exception {
        String vm = pool.machine("web", SIZE);
        String silent = pool.machine("silent", SIZE);
        pool.guestsReport(record ->
                record.get("name_label").equals("web") ? Optional.of(Duration.ofMillis(100)) : Optional.empty());
        rpc.async("VM.start", vm, false, false);
        rpc.async("VM.start", silent, false, false);
        String token = "";
        String metrics = "OpaqueRef:NULL";
        while (metrics.equals("OpaqueRef:NULL")) {
            JsonNode batch = rpc.call("event.from", List.of("VM/" + vm), token, 20.0);
            token = batch.get("token").asText();
            metrics = rpc.text("VM.get_guest_metrics", vm);
        }
        assertTrue(rpc.call("VM_guest_metrics.get_PV_drivers_detected", metrics).asBoolean());
        assertEquals("OpaqueRef:NULL", rpc.text("VM.get_guest_metrics", silent));
        assertEquals(
                "VDI_IN_USE", fault(() -> rpc.call("VDI.destroy", disk(vm))).code());
        assertEquals(
                "VM_BAD_POWER_STATE", fault(() -> rpc.call("VM.destroy", vm)).code());
        rpc.async("VM.hard_shutdown", vm);
        rpc.call("VM.destroy", vm);
        assertFalse(pool.records().exists("VM_guest_metrics", metrics));
    }

    @Test
    void aBlockedOperationSaysWhy() throws Exception {
        String vm = pool.machine("web", SIZE);
        rpc.call("VM.add_to_blocked_operations", vm, "start", "importing");
        assertFalse(rpc.call("VM.get_allowed_operations", vm).toString().contains("\"start\""));
        assertEquals(
                List.of("OPERATION_BLOCKED", vm, "importing"),
                fault(() -> rpc.async("VM.start", vm, false, false)).description());
        rpc.call("VM.remove_from_blocked_operations", vm, "start");
        rpc.async("VM.start", vm, false, false);
        assertEquals("Running", rpc.text("VM.get_power_state", vm));
    }

    @Test
    void aCheckpointKeepsTheMemoryAndASnapshotDoesNot() throws Exception {
        String vm = pool.machine("web", SIZE);
        assertEquals(
                "VM_BAD_POWER_STATE",
                fault(() -> rpc.async("VM.checkpoint", vm, "memory")).code());
        rpc.async("VM.start", vm, false, false);
        String checkpoint = rpc.async("VM.checkpoint", vm, "memory");
        assertEquals("Suspended", rpc.text("VM.get_power_state", checkpoint));
        assertEquals("suspend", rpc.text("VDI.get_type", rpc.text("VM.get_suspend_VDI", checkpoint)));
        String snapshot = rpc.async("VM.snapshot", vm, "snap", List.of(disk(vm)));
        assertEquals("OpaqueRef:NULL", rpc.text("VM.get_suspend_VDI", snapshot));
        assertEquals(0, rpc.call("VM.get_VBDs", snapshot).size());
        assertEquals(vm, rpc.text("VM.get_snapshot_of", snapshot));
        assertTrue(rpc.call("VM.get_is_a_template", snapshot).asBoolean());
    }

    @Test
    void aScriptedErrorStrikesTheCallThatIsMeant() throws Exception {
        String vm = pool.machine("web", SIZE);
        Listing before = pool.listing();
        pool.faults().on("VM.snapshot").nth(2).error("OTHER_OPERATION_IN_PROGRESS", "VM", vm, "snapshot", "x");
        rpc.call("VM.destroy", rpc.async("VM.snapshot", vm, "one", List.of()));
        assertEquals(
                "OTHER_OPERATION_IN_PROGRESS",
                fault(() -> rpc.async("VM.snapshot", vm, "two", List.of())).code());
        rpc.async("VM.snapshot", vm, "three", List.of());
        assertNotEquals(before, pool.listing());
        assertEquals(List.of("three"), List.copyOf(pool.listing().snapshots().values()));
    }

    @Test
    void aFailedSnapshotLeavesNoDisk() throws Exception {
        String vm = pool.machine("two", SIZE, SIZE);
        Listing before = pool.listing();
        pool.faults()
                .on("SR.snapshot")
                .nth(2)
                .error("SR_BACKEND_FAILURE_109", "", "The snapshot chain is too long", "");
        assertEquals(
                "SR_BACKEND_FAILURE_109",
                fault(() -> rpc.async("VM.snapshot", vm, "snap", List.of())).code());
        assertEquals(before, pool.listing());
    }

    @Test
    void chainsGrowToTheirLimitAndCoalesce() throws Exception {
        try (SimPool chained = SimPool.builder().disks(pool.disks()).chains(3).start()) {
            String vm = chained.machine("web", SIZE);
            chained.holdChains(true);
            Rpc client = new Rpc(chained.master()).login();
            String vdi = client.text(
                    "VBD.get_VDI", client.call("VM.get_VBDs", vm).get(0).asText());
            String first = client.text("VDI.snapshot", vdi, Map.of());
            String base =
                    client.call("VDI.get_sm_config", first).get("vhd-parent").asText();
            assertEquals(
                    base,
                    client.call("VDI.get_sm_config", vdi).get("vhd-parent").asText());
            String copy = client.text("VDI.get_by_uuid", base);
            assertEquals("base copy", client.text("VDI.get_name_label", copy));
            assertEquals(
                    "VDI_NOT_MANAGED",
                    fault(() -> client.call("VDI.destroy", copy)).code());
            String second = client.text("VDI.snapshot", vdi, Map.of());
            assertEquals(
                    "SR_BACKEND_FAILURE_109",
                    fault(() -> client.call("VDI.snapshot", vdi, Map.of())).code());
            client.call("VDI.destroy", first);
            assertEquals(
                    "SR_BACKEND_FAILURE_109",
                    fault(() -> client.call("VDI.snapshot", vdi, Map.of())).code());
            assertEquals(4, chained.records().all("VDI").size());
            chained.holdChains(false);
            assertEquals(3, chained.records().all("VDI").size());
            client.call("SR.scan", client.text("VDI.get_SR", vdi));
            client.call("VDI.destroy", client.text("VDI.snapshot", vdi, Map.of()));
            client.call("VDI.destroy", second);
            assertEquals("{}", client.call("VDI.get_sm_config", vdi).toString());
            assertEquals(1, chained.records().all("VDI").size());
        }
    }

    @Test
    void aConnectionIsCutWithAndWithoutTheCallDone() throws Exception {
        String vm = pool.machine("web", SIZE);
        pool.faults().on("VM.set_name_label").drop();
        assertThrows(IOException.class, () -> rpc.call("VM.set_name_label", vm, "lost"));
        assertEquals("web", rpc.text("VM.get_name_label", vm));
        pool.faults().on("VM.set_name_label").afterwards().drop();
        assertThrows(IOException.class, () -> rpc.call("VM.set_name_label", vm, "done"));
        assertEquals("done", rpc.text("VM.get_name_label", vm));
    }

    @Test
    void theMasterChangesInMidJob() throws Exception {
        String vm = pool.machine("web", SIZE);
        SimPool.Host next = pool.hosts().get(1);
        pool.faults().on("VM.get_name_label").run(() -> pool.setMaster(next.ref()));
        rpc.text("VM.get_name_label", vm);
        assertEquals("SESSION_INVALID", fault(() -> rpc.text("VM.get_uuid", vm)).code());
        assertEquals(List.of("HOST_IS_SLAVE", "127.0.0.2"), fault(rpc::login).description());
        assertEquals("web", new Rpc(next).login().text("VM.get_name_label", vm));
    }

    @Test
    void aDiskThatIsStuckOnTheControlDomainIsInUse() throws Exception {
        String vm = pool.machine("web", SIZE);
        String snapshot = disk(rpc.async("VM.snapshot", vm, "snap", List.of()));
        String vbd = pool.attachToControlDomain(snapshot);
        assertEquals(
                List.of("VDI_IN_USE", snapshot, "destroy"),
                fault(() -> rpc.call("VDI.destroy", snapshot)).description());
        rpc.call("VBD.unplug", vbd);
        rpc.call("VBD.destroy", vbd);
        rpc.call("VDI.destroy", snapshot);
    }

    @Test
    void aDiskThatMovesIsAnotherOneAndKeepsItsContent() throws Exception {
        String vm = pool.machine("web", SIZE);
        String vdi = disk(vm);
        write(vdi, 70000, new byte[] {1, 2, 3});
        String sr = pool.records().all("SR").get(1);
        rpc.call("VDI.enable_cbt", vdi);
        assertEquals(
                "VDI_CBT_ENABLED",
                fault(() -> rpc.async("VDI.pool_migrate", vdi, sr, Map.of())).code());
        rpc.call("VDI.disable_cbt", vdi);
        String moved = rpc.async("VDI.pool_migrate", vdi, sr, Map.of());
        assertEquals(moved, disk(vm));
        assertEquals(sr, rpc.text("VDI.get_SR", moved));
        assertFalse(pool.records().exists("VDI", vdi));
        assertEquals(1, pool.listing().vdis().size());
    }

    @Test
    void aHostThatWentDownAnswersNoMore() throws Exception {
        SimPool.Host master = pool.master();
        SimPool.Host next = pool.hosts().get(1);
        pool.setMaster(next.ref());
        pool.stopHost(master.ref());
        assertThrows(IOException.class, rpc::login);
        Rpc survivor = new Rpc(next).login();
        JsonNode host = survivor.call("host.get_record", master.ref());
        assertFalse(survivor.call("host_metrics.get_live", host.get("metrics").asText())
                .asBoolean());
        assertEquals(
                "NO_HOSTS_AVAILABLE",
                fault(() -> {
                            pool.stopHost(next.ref());
                            pool.call("VM.start", pool.machine("web", SIZE), false, false);
                        })
                        .code());
    }

    @Test
    void aHostShowsAnotherCertificateOnceItIsRenewed() throws Exception {
        SimPool.Host before = pool.master();
        pool.renewCertificate(before.ref());
        SimPool.Host after = pool.master();
        assertNotEquals(before.identity(), after.identity());
        assertThrows(javax.net.ssl.SSLException.class, () -> new Rpc(before).login());
        Rpc again = new Rpc(after).login();
        assertEquals(1, again.call("host.get_certificates", after.ref()).size());
        assertEquals(after.identity().certificatePem(), again.text("host.get_server_certificate", after.ref()));
    }

    @Test
    void aHostShowsTheCertificateThatItServes() throws Exception {
        SimPool.Host host = pool.hosts().get(1);
        assertEquals(host.identity().certificatePem(), rpc.text("host.get_server_certificate", host.ref()));
        JsonNode certificates = rpc.call("Certificate.get_all_records");
        String shown = "";
        for (JsonNode certificate : certificates) {
            if (certificate.get("host").asText().equals(host.ref())) {
                shown = certificate.get("fingerprint_sha256").asText();
            }
        }
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256")
                .digest(host.identity().certificate().getEncoded());
        assertEquals(java.util.HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash), shown);
    }
}
