package io.doppel.sim.xapi.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.sim.xapi.Records;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code export}, {@code import} and {@code export_metadata} of a running pool. */
class MachineStreamsTest {
    private static final int MIB = 1024 * 1024;

    @TempDir
    private Path folder;

    private PoolFixture fixture;
    private StreamClient client;
    private String vm;
    private List<byte[]> disks;

    @BeforeEach
    void start() throws Exception {
        fixture = new PoolFixture(folder);
        client = fixture.client;
        vm = fixture.pool.machine("two disks", 8 * MIB, 6 * MIB);
        fixture.scribble(fixture.pool.disk(vm, 0), 0, 5 * MIB);
        fixture.scribble(fixture.pool.disk(vm, 1), 3 * MIB + 7, 6 * MIB - 70_000);
        disks = List.of(fixture.content(fixture.pool.disk(vm, 0)), fixture.content(fixture.pool.disk(vm, 1)));
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void everyCompressionIsUnpackedByTarAndImported() throws Exception {
        for (List<String> form : List.of(List.of("", ""), List.of("true", "-z"), List.of("zstd", "--zstd"))) {
            byte[] xva = export("&use_compression=" + form.get(0));
            Path file = Files.write(folder.resolve("xva"), xva);
            Process tar =
                    new ProcessBuilder("sh", "-c", "tar -t " + form.get(1) + " -f \"$0\"", file.toString()).start();
            List<String> names = tar.inputReader().lines().toList();
            assertEquals(0, tar.waitFor());
            assertEquals("ova.xml", names.get(0));
            assertEquals(
                    names.size() - 1,
                    2 * names.stream().filter(n -> n.endsWith(".xxhash")).count());
            assertImported(imported(xva, ""));
        }
    }

    @Test
    void olderChecksumsAndKeepAlivesAreReadToo() throws Exception {
        fixture.script.checksum(Checksum.SHA1);
        fixture.script.keepAlive(2);
        byte[] xva = export("");
        assertTrue(new String(xva, StandardCharsets.ISO_8859_1).contains("/00000000.checksum"));
        assertImported(imported(xva, ""));
    }

    @Test
    void anXvaByAnotherProgramIsRead() throws Exception {
        Path ours = Files.write(folder.resolve("ours"), export(""));
        Path theirs = folder.resolve("theirs");
        Path script = folder.resolve("foreign_xva.py");
        try (var source = getClass().getResourceAsStream("foreign_xva.py")) {
            Files.copy(source, script);
        }
        Process python = new ProcessBuilder("/usr/bin/python3", script.toString(), ours.toString(), theirs.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals(List.of("two disks"), python.inputReader().lines().toList());
        assertEquals(0, python.waitFor());
        assertImported(imported(Files.readAllBytes(theirs), ""));
    }

    @Test
    void aCopyGetsItsOwnIdentityAndARestoreTheOldOne() throws Exception {
        String vif = fixture.pool.records().refs("VM", vm, "VIFs").get(0);
        String mac = fixture.text("VIF", vif, "MAC");
        String uuid = fixture.text("VM", vm, "uuid");
        byte[] xva = export("");
        String copy = imported(xva, "");
        assertNotEquals(uuid, fixture.text("VM", copy, "uuid"));
        assertNotEquals(mac, macOf(copy));
        String restored = imported(xva, "&restore=true");
        assertEquals(uuid, fixture.text("VM", restored, "uuid"));
        assertEquals(mac, macOf(restored));
        assertTrue(!fixture.pool.records().exists("VM", vm), "the old machine is still there");
        assertImported(restored);
    }

    @Test
    void allThatAMachineHasComesAlong() throws Exception {
        Records records = fixture.pool.records();
        Map<String, Object> settings = Map.of(
                "tags", List.of("gold", "with <angle> & ampersand"),
                "NVRAM", Map.of("EFI-variables", "AAECAw=="),
                "HVM_boot_params", Map.of("order", "dc", "firmware", "uefi"),
                "blocked_operations", Map.of("hard_shutdown", "no"),
                "memory_static_max", 1L << 30,
                "PV_args", " two  blanks ");
        settings.forEach((field, value) -> records.set("VM", vm, field, value));
        client.call("VTPM.create", vm, true);
        Map<String, Object> drive = Map.of(
                "VM",
                vm,
                "VDI",
                "OpaqueRef:NULL",
                "userdevice",
                "3",
                "mode",
                "RO",
                "type",
                "CD",
                "empty",
                true,
                "bootable",
                false,
                "unpluggable",
                true,
                "other_config",
                Map.of());
        client.call("VBD.create", drive);
        String sr = fixture.text("VDI", fixture.pool.disk(vm, 0), "SR");
        String memory = (String) client.call(
                "VDI.create",
                Map.of(
                        "name_label",
                        "memory",
                        "SR",
                        sr,
                        "virtual_size",
                        4 * MIB,
                        "type",
                        "suspend",
                        "sharable",
                        false,
                        "read_only",
                        false,
                        "other_config",
                        Map.of()));
        fixture.scribble(memory, MIB);
        records.set("VM", vm, "suspend_VDI", memory);
        records.set("VM", vm, "power_state", "Suspended");

        String copy = imported(export("&preserve_power_state=true"), "");
        settings.forEach((field, value) -> assertEquals(value, records.get("VM", copy, field)));
        assertEquals(1, records.refs("VM", copy, "VTPMs").size());
        assertEquals(3, records.refs("VM", copy, "VBDs").size());
        assertEquals("Suspended", fixture.text("VM", copy, "power_state"));
        assertArrayEquals(fixture.content(memory), fixture.content(fixture.text("VM", copy, "suspend_VDI")));
        int disksBefore = records.all("VDI").size();
        assertFailed(Arrays.copyOf(export("&preserve_power_state=true"), 5 * MIB), "", "IMPORT_ERROR_PREMATURE_EOF");
        assertEquals(disksBefore, records.all("VDI").size());
        assertEquals("Halted", fixture.text("VM", imported(export(""), ""), "power_state"));
        assertEquals(disksBefore + 2, records.all("VDI").size());
    }

    @Test
    void aFailedImportLeavesNothing() throws Exception {
        byte[] xva = export("");
        byte[] damaged = xva.clone();
        int chunk = new String(xva, StandardCharsets.ISO_8859_1).indexOf("/00000000") + 2000;
        damaged[chunk] ^= 1;
        List<List<String>> before = everything();
        assertFailed(Arrays.copyOf(xva, 4 * MIB), "", "IMPORT_ERROR_PREMATURE_EOF");
        assertFailed(damaged, "", "IMPORT_ERROR_SOME_CHECKSUMS_FAILED");
        assertFailed(new byte[2000], "", "IMPORT_ERROR_PREMATURE_EOF");
        assertFailed("no archive".repeat(200).getBytes(StandardCharsets.UTF_8), "", "IMPORT_ERROR_GENERIC");
        fixture.pool.faults().on("VBD.create").nth(2).error("INTERNAL_ERROR", "scripted");
        assertFailed(xva, "", "INTERNAL_ERROR");
        assertEquals(before, everything());
        assertEquals(
                2,
                fixture.pool
                        .records()
                        .refs("VM", imported(damaged, "&force=true"), "VBDs")
                        .size());
    }

    @Test
    void onlyWhatStandsStillIsExported() throws Exception {
        String snapshot = (String) client.call("VM.snapshot", vm, "now");
        client.call("VM.start", vm, false, false);
        String task = client.task();
        assertEquals(500, client.get("/export?ref=" + vm + "&task_id=" + task).statusCode());
        fixture.assertTask(task, "failure", "VM_BAD_POWER_STATE", vm, "halted", "running");
        HttpResponse<byte[]> answer = client.get("/export?uuid=" + fixture.text("VM", snapshot, "uuid"));
        String copy = imported(answer.body(), "");
        assertEquals(false, fixture.pool.records().get("VM", copy, "is_a_snapshot"));
        for (int i = 0; i < disks.size(); i++) {
            assertArrayEquals(disks.get(i), fixture.content(fixture.pool.disk(copy, i)));
        }
    }

    @Test
    void metadataHasALengthAndNoDisks() throws Exception {
        client.call("VM.snapshot", vm, "kept");
        HttpResponse<byte[]> answer = client.get("/export_metadata?ref=" + vm);
        assertEquals(
                answer.body().length,
                answer.headers().firstValueAsLong("Content-Length").orElseThrow());
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        assertTrue(text.contains("<value>two disks</value>") && text.contains("<value>kept</value>"));
        assertTrue(client.get("/export_metadata?all=true").body().length > answer.body().length);
    }

    private byte[] export(String query) throws Exception {
        String task = client.task();
        HttpResponse<byte[]> answer = client.get("/export?ref=" + vm + "&task_id=" + task + query);
        assertEquals(200, answer.statusCode());
        fixture.assertTask(task, "success");
        return answer.body();
    }

    private String imported(byte[] xva, String query) throws Exception {
        String task = client.task();
        try {
            assertEquals(200, client.put("/import?task_id=" + task + query, xva).statusCode());
        } catch (IOException e) {
            throw new IOException(
                    fixture.pool.records().get("task", task, "error_info").toString(), e);
        }
        fixture.assertTask(task, "success");
        String result = fixture.text("task", task, "result");
        int from = result.indexOf("OpaqueRef:");
        return result.substring(from, result.indexOf("</value>", from));
    }

    private void assertImported(String copy) throws Exception {
        assertEquals("two disks", fixture.text("VM", copy, "name_label"));
        assertEquals(2L, fixture.pool.records().get("VM", copy, "VCPUs_max"));
        assertEquals(1, fixture.pool.records().refs("VM", copy, "VIFs").size());
        for (int i = 0; i < disks.size(); i++) {
            assertArrayEquals(disks.get(i), fixture.content(fixture.pool.disk(copy, i)));
        }
    }

    private void assertFailed(byte[] xva, String query, String code) throws Exception {
        String task = client.task();
        try {
            client.put("/import?task_id=" + task + query, xva);
        } catch (IOException e) {
            // The server closes with a part of the body unread, and the client may find out while it still sends.
            assertNotEquals("pending", fixture.text("task", task, "status"));
        }
        assertEquals("failure", fixture.text("task", task, "status"));
        assertEquals(
                code, fixture.pool.records().refs("task", task, "error_info").get(0));
    }

    private List<List<String>> everything() {
        return List.of("VM", "VDI", "VBD", "VIF", "network").stream()
                .map(type -> fixture.pool.records().all(type))
                .toList();
    }

    private String macOf(String machine) {
        return fixture.text(
                "VIF", fixture.pool.records().refs("VM", machine, "VIFs").get(0), "MAC");
    }
}
