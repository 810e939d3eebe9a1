package io.doppel.sim.xapi.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code export_raw_vdi} and {@code import_raw_vdi} of a running pool. */
class DiskStreamsTest {
    private static final int MIB = 1024 * 1024;
    private static final int SIZE = 10 * MIB;

    @TempDir
    private Path folder;

    private PoolFixture fixture;
    private StreamClient client;
    private String vm;
    private String vdi;

    @BeforeEach
    void start() throws Exception {
        fixture = new PoolFixture(folder);
        client = fixture.client;
        vm = fixture.pool.machine("one", SIZE);
        vdi = fixture.pool.disk(vm, 0);
        fixture.scribble(vdi, 0, 3 * MIB, SIZE - 70_000);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void rawComesWithoutALengthAndTheTaskTellsTheSuccess() throws Exception {
        String task = client.task();
        HttpResponse<byte[]> answer = client.get("/export_raw_vdi?vdi=" + vdi + "&task_id=" + task);
        assertEquals(200, answer.statusCode());
        assertArrayEquals(fixture.content(vdi), answer.body());
        assertTrue(answer.headers().firstValue("Content-Length").isEmpty());
        assertTrue(answer.headers().firstValue("Transfer-Encoding").isEmpty());
        fixture.assertTask(task, "success");
    }

    @Test
    void aVhdIsReadByQemuAndADeltaHasOnlyWhatChanged() throws Exception {
        String base = (String) client.call("VDI.snapshot", vdi);
        byte[] before = fixture.content(vdi);
        byte[] full = client.get("/export_raw_vdi?format=vhd&vdi=" + fixture.text("VDI", base, "uuid"))
                .body();
        Path vhd = Files.write(folder.resolve("full.vhd"), full);
        Path raw = folder.resolve("full.raw");
        Process qemu = new ProcessBuilder(
                        "qemu-img",
                        "convert",
                        "--image-opts",
                        "driver=vpc,force_size_calc=current_size,file.filename=" + vhd,
                        "-O",
                        "raw",
                        raw.toString())
                .inheritIO()
                .start();
        assertEquals(0, qemu.waitFor());
        assertArrayEquals(before, Files.readAllBytes(raw));

        fixture.scribble(vdi, 5 * MIB);
        String next = (String) client.call("VDI.snapshot", vdi);
        byte[] delta = client.get("/export_raw_vdi?format=vhd&vdi=" + next + "&base=" + base)
                .body();
        assertTrue(delta.length < 3 * MIB, delta.length + " bytes");
        assertArrayEquals(fixture.content(next), fixture.applied(delta, before));
        // And back: what the base had is in the stream of the opposite direction.
        byte[] back = client.get("/export_raw_vdi?format=vhd&vdi=" + base + "&base=" + next)
                .body();
        assertArrayEquals(before, fixture.applied(back, fixture.content(next)));
    }

    @Test
    void everyFormatIsImported() throws Exception {
        byte[] bytes = fixture.content(vdi);
        byte[] vhd = client.get("/export_raw_vdi?format=vhd&vdi=" + vdi).body();
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        chunks.write(PoolFixture.chunk(SIZE - 70_000, Arrays.copyOfRange(bytes, SIZE - 70_000, SIZE)));
        chunks.write(PoolFixture.chunk(0, Arrays.copyOf(bytes, 5 * MIB)));
        chunks.write(PoolFixture.chunk(0, new byte[0]));
        for (Map.Entry<String, byte[]> form : Map.of(
                        "format=raw", bytes, "format=vhd", vhd, "chunked=true", chunks.toByteArray())
                .entrySet()) {
            String target = fixture.pool.disk(fixture.pool.machine(form.getKey(), SIZE), 0);
            String task = client.task();
            String query = "/import_raw_vdi?" + form.getKey() + "&vdi=" + target + "&task_id=" + task;
            assertEquals(200, client.put(query, form.getValue()).statusCode());
            fixture.assertTask(task, "success");
            assertArrayEquals(bytes, fixture.content(target), form.getKey());
        }
        String task = client.task();
        String sr = fixture.text("VDI", vdi, "SR");
        client.put("/import_raw_vdi?sr_id=" + sr + "&task_id=" + task, bytes);
        String result = fixture.text("task", task, "result");
        String made = result.substring(result.indexOf("OpaqueRef"), result.indexOf("</value>"));
        assertArrayEquals(bytes, fixture.content(made));
    }

    @Test
    void aDeltaGoesOverACloneOfItsBase() throws Exception {
        String base = (String) client.call("VDI.snapshot", vdi);
        fixture.scribble(vdi, 100, 8 * MIB);
        byte[] delta = client.get("/export_raw_vdi?format=vhd&vdi=" + vdi + "&base=" + base)
                .body();
        String clone = (String) client.call("VDI.clone", base);
        client.put("/import_raw_vdi?format=vhd&vdi=" + clone, delta);
        assertArrayEquals(fixture.content(vdi), fixture.content(clone));
    }

    @Test
    void whatTheRealServerRefusesIsRefused() throws Exception {
        String task = client.task();
        HttpRequest.BodyPublisher chunked =
                HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[100]));
        assertRefused(404, "/import_raw_vdi?vdi=" + vdi + "&task_id=" + task, chunked);
        fixture.assertTask(task, "failure", "INTERNAL_ERROR", "Cannot handle encoding: chunked");
        HttpRequest.BodyPublisher few = HttpRequest.BodyPublishers.ofByteArray(new byte[9]);
        assertRefused(404, "/import_raw_vdi?chunked&format=vhd&vdi=" + vdi, few);
        assertRefused(400, "/import_raw_vdi?format=raw", few);
        assertEquals(404, client.get("/export_raw_vdi?format=iso&vdi=" + vdi).statusCode());
        HttpResponse<byte[]> nobody = client.http.send(
                HttpRequest.newBuilder(URI.create(fixture.pool.master().url() + "/export_raw_vdi?vdi=" + vdi))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertEquals(401, nobody.statusCode());
    }

    private void assertRefused(int status, String pathAndQuery, HttpRequest.BodyPublisher body) throws Exception {
        assertEquals(status, client.putOnGoAhead(pathAndQuery, body).statusCode());
    }

    @Test
    void basicAuthenticationAndCookiesOpenTheDoorToo() throws Exception {
        URI uri = URI.create(fixture.pool.master().url() + "/export_raw_vdi?vdi=" + vdi);
        String login = Base64.getEncoder().encodeToString("root:password".getBytes(StandardCharsets.UTF_8));
        for (List<String> header : List.of(
                List.of("Authorization", "Basic " + login), List.of("Cookie", "session_id=" + client.session))) {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .header(header.get(0), header.get(1))
                    .build();
            assertEquals(
                    SIZE,
                    client.http
                            .send(request, HttpResponse.BodyHandlers.ofByteArray())
                            .body()
                            .length);
        }
    }

    @Test
    void aFailureIsToldByTheTaskAndByASecondAnswerInTheBody() throws Exception {
        fixture.pool.faults().on("http:/export_raw_vdi#half").error("VDI_IO_ERROR", "Device I/O errors");
        String task = client.task();
        HttpResponse<byte[]> answer = client.get("/export_raw_vdi?vdi=" + vdi + "&task_id=" + task);
        assertEquals(200, answer.statusCode());
        assertTrue(new String(answer.body(), StandardCharsets.ISO_8859_1).contains("HTTP/1.1 500 Internal Error\r\n"));
        fixture.assertTask(task, "failure", "VDI_IO_ERROR", "Device I/O errors");

        task = client.task();
        HttpResponse<byte[]> early = client.put(
                "/import_raw_vdi?format=vhd&vdi=" + vdi + "&task_id=" + task,
                Arrays.copyOf(
                        client.get("/export_raw_vdi?format=vhd&vdi=" + vdi).body(), 3 * MIB));
        assertEquals(200, early.statusCode());
        assertTrue(new String(early.body(), StandardCharsets.ISO_8859_1).startsWith("HTTP/1.1 500"));
        fixture.assertTask(task, "failure", "VDI_IO_ERROR", "Device I/O errors");
    }

    @Test
    void aDiskInUseIsNotRead() throws Exception {
        client.call("VM.start", vm, false, false);
        String task = client.task();
        client.get("/export_raw_vdi?vdi=" + vdi + "&task_id=" + task);
        fixture.assertTask(task, "failure", "VDI_IN_USE", vdi, "attach");
    }

    @Test
    void theLineBreaksAndTheTaskFails() throws Exception {
        String task = client.task();
        fixture.script.cut(3 * MIB + 5);
        assertThrows(IOException.class, () -> {
            HttpResponse<byte[]> answer = client.get("/export_raw_vdi?vdi=" + vdi + "&task_id=" + task);
            // Without a length only the task can tell.
            assertEquals(3 * MIB + 5, answer.body().length);
            throw new IOException("cut cleanly");
        });
        fixture.script.cut(Long.MAX_VALUE);
        fixture.assertTask(task, "failure", "CLIENT_ERROR", "the connection broke");
        String second = client.task();
        fixture.pool.faults().on("http:/import_raw_vdi#half").drop();
        assertThrows(
                IOException.class,
                () -> client.put("/import_raw_vdi?vdi=" + vdi + "&task_id=" + second, new byte[SIZE])
                        .body());
        assertEquals("failure", fixture.text("task", second, "status"));
    }

    @Test
    void aHostThatDoesNotSeeTheRepositorySendsToOneThatDoes() throws Exception {
        String second = fixture.pool.hosts().get(1).ref();
        String sr = fixture.text("VDI", vdi, "SR");
        for (String pbd : fixture.pool.records().refs("SR", sr, "PBDs")) {
            boolean other = fixture.text("PBD", pbd, "host").equals(second);
            fixture.pool.records().set("PBD", pbd, "currently_attached", other);
        }
        for (String path : List.of("/export_raw_vdi?vdi=" + vdi, "/export?ref=" + vm)) {
            HttpResponse<byte[]> answer = client.get(path);
            assertEquals(302, answer.statusCode());
            String location = answer.headers().firstValue("Location").orElseThrow();
            assertEquals(fixture.pool.hosts().get(1).url() + path + "&session_id=" + client.session, location);
            assertEquals(
                    200, client.get(fixture.pool.hosts().get(1).url(), path).statusCode());
        }
        assertEquals(
                302,
                client.put("/import_raw_vdi?format=vhd&vdi=" + vdi, new byte[0]).statusCode());
        assertEquals(302, client.put("/import?sr_id=" + sr, new byte[0]).statusCode());
    }
}
