package io.doppel.sim.xapi.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup's way through a pool: changed blocks by their list, and their content over NBD by libnbd's programs. */
class PoolNbdTest {
    private static final int MIB = 1024 * 1024;
    private static final int BLOCK = 64 * 1024;

    @TempDir
    private Path folder;

    @Test
    void changedBlocksOverNbdMakeTheOldCopyTheNewOne() throws Exception {
        try (PoolFixture fixture = new PoolFixture(folder)) {
            StreamClient client = fixture.client;
            String vm = fixture.pool.machine("one", 6 * MIB);
            String vdi = fixture.pool.disk(vm, 0);
            fixture.scribble(vdi, 0, 2 * MIB);
            client.call("VDI.enable_cbt", vdi);
            String base = (String) client.call("VDI.snapshot", vdi);
            byte[] copy = fixture.content(base);
            client.call("VDI.data_destroy", base);
            fixture.scribble(vdi, 2 * MIB + 5, 5 * MIB);
            String next = (String) client.call("VDI.snapshot", vdi);
            byte[] bitmap = Base64.getDecoder().decode((String) client.call("VDI.list_changed_blocks", base, next));
            assertEquals(6 * MIB / BLOCK / 8, bitmap.length);

            assertEquals(List.of(), client.call("VDI.get_nbd_info", next));
            String network = fixture.pool.records().all("network").get(0);
            client.call("network.add_purpose", network, "nbd");
            Map<?, ?> info = (Map<?, ?>) ((List<?>) client.call("VDI.get_nbd_info", next)).get(0);
            byte[] read = read(info);
            int blocks = 0;
            for (int i = 0; i < 6 * MIB / BLOCK; i++) {
                if ((bitmap[i / 8] & 0x80 >> i % 8) != 0) {
                    blocks++;
                    System.arraycopy(read, i * BLOCK, copy, i * BLOCK, BLOCK);
                }
            }
            // Each of the two writes of 70,000 bytes touches two blocks.
            assertEquals(4, blocks);
            assertArrayEquals(fixture.content(next), copy);
            client.call("session.logout");
            int port = ((Number) info.get("port")).intValue();
            assertThrows(ConnectException.class, () -> new Socket((String) info.get("address"), port));
        }
    }

    private byte[] read(Map<?, ?> info) throws Exception {
        Path trusted = Files.createDirectory(folder.resolve("c"));
        Files.writeString(trusted.resolve("ca-cert.pem"), (String) info.get("cert"));
        Path raw = folder.resolve("raw");
        String name = ((String) info.get("exportname")).replace("?", "%3F");
        assertTrue(name.startsWith("/"));
        String uri =
                "nbds://" + info.get("address") + ":" + info.get("port") + "/" + name + "?tls-certificates=" + trusted;
        assertEquals(
                0,
                new ProcessBuilder("nbdcopy", uri, raw.toString())
                        .inheritIO()
                        .start()
                        .waitFor());
        return Files.readAllBytes(raw);
    }
}
