package io.doppel.sim.xapi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import io.doppel.sim.xapi.http.DiskServices;
import io.doppel.sim.xapi.http.StreamScript;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that others wrote work against the simulator: they read, follow events, and back a disk up and restore it. */
@Timeout(120)
class PeersTest {
    private static final int SIZE = 5 * 1024 * 1024 + 4096;
    private static final int BLOCK = 65536;

    private Path folder;
    private DiskStore disks;
    private SimPool pool;
    private String vm;
    private Listing before;

    @BeforeEach
    void start() throws Exception {
        folder = Files.createTempDirectory("sim");
        disks = new DiskStore(Files.createDirectory(folder.resolve("disks")));
        pool = DiskServices.mount(SimPool.builder().hosts(0, "127.0.0.1", "127.0.0.2"), disks, new StreamScript())
                .start();
        vm = pool.machine("web", SIZE);
        write(disk(), 0, random(SIZE / 2));
        before = pool.listing();
    }

    @AfterEach
    void stop() throws IOException {
        pool.close();
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private String disk() {
        Records records = pool.records();
        String vbd = records.refs("VM", vm, "VBDs").get(0);
        return records.text("VDI", records.text("VBD", vbd, "VDI"), "uuid");
    }

    private void write(String uuid, long offset, byte[] bytes) throws IOException {
        try (LiveDisk disk = disks.open(uuid);
                FileChannel channel = FileChannel.open(disk.path(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    private byte[] content(String uuid) throws IOException {
        Path raw = folder.resolve(uuid);
        disks.export(uuid, raw);
        byte[] bytes = Files.readAllBytes(raw);
        Files.delete(raw);
        return bytes;
    }

    @Test
    void pythonsXmlRpc() throws Exception {
        Path certificate = folder.resolve("host.pem");
        Files.writeString(certificate, pool.master().identity().certificatePem());
        check(run(
                folder,
                "python3",
                resource("peers/client.py").toString(),
                pool.master().url(),
                certificate.toString(),
                "web"));
    }

    @Test
    void theClientOfXenOrchestra() throws Exception {
        Path client = Files.createDirectory(folder.resolve("client"));
        for (String name : List.of("package.json", "client.mjs")) {
            Files.copy(resource("peers/xen-api/" + name), client.resolve(name));
        }
        List<String> registry = output(client, "yarnpkg", "config", "get", "registry");
        Files.write(
                client.resolve("yarn.lock"),
                YarnLock.from(registry.get(0), Files.readAllLines(resource("peers/xen-api/yarn.lock"))));
        output(client, "yarnpkg", "install", "--frozen-lockfile", "--ignore-scripts", "--non-interactive", "--silent");
        // Started at a member, it finds the master by itself.
        check(run(client, "node", "client.mjs", pool.hosts().get(1).url(), "web"));
    }

    @Test
    void theJavaSdk() throws Exception {
        try (SdkClient client = new SdkClient(pool, folder)) {
            int records = client.readAllRecords();
            client.followEvents(vm);
            String uuid = client.backUp(vm, () -> change(disk()));
            assertTrue(records > 20, () -> "only " + records + " records");
            changed(client.bitmap());
            assertArrayEquals(content(client.exported()), content(uuid));
            client.cleanUp();
        }
        assertEquals(before, pool.listing());
        assertEquals(0, pool.sessions());
    }

    private void change(String uuid) {
        try {
            write(uuid, 4L * BLOCK + 1, random(100));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void changed(String bitmap) {
        byte[] expected = new byte[11];
        expected[0] = 0x08;
        assertArrayEquals(expected, Base64.getDecoder().decode(bitmap));
    }

    private void check(JsonNode result) throws IOException {
        assertTrue(result.get("records").asInt() > 20, result::toString);
        changed(result.get("bitmap").asText());
        String imported = result.get("imported").asText();
        byte[] bytes = content(imported);
        assertArrayEquals(Arrays.copyOf(random(SIZE / 2), 4 * BLOCK), Arrays.copyOf(bytes, 4 * BLOCK));
        assertArrayEquals(content(disk()), bytes);
        pool.call("VDI.destroy", pool.records().find("VDI", imported));
        assertEquals(before, pool.listing());
    }

    private static Path resource(String name) throws Exception {
        return Path.of(PeersTest.class.getClassLoader().getResource(name).toURI());
    }

    /** Runs a client; its line {@code write UUID} makes the guest write. @return its last line */
    /** Runs a client that prints its result as JSON in its last line. */
    private JsonNode run(Path where, String... command) throws IOException, InterruptedException {
        List<String> lines = output(where, command);
        return new ObjectMapper().readTree(lines.get(lines.size() - 1));
    }

    private List<String> output(Path where, String... command) throws IOException, InterruptedException {
        Path errors = folder.resolve("errors");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(where.toFile()).redirectError(errors.toFile());
        builder.environment().put("SIM_PASSWORD", "password");
        // Debian's Yarn finds its own parts with a Node.js from elsewhere, too.
        builder.environment().put("NODE_PATH", "/usr/share/nodejs");
        Process process = builder.start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader();
                Writer in = process.outputWriter()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.startsWith("write ")) {
                    change(line.substring("write ".length()));
                    in.write("\n");
                    in.flush();
                }
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), () -> lines + read(errors));
        } finally {
            process.destroyForcibly();
        }
        return lines;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
