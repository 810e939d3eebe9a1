package io.doppel.sim.xapi.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.sim.xapi.SimPool;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/** A pool of two hosts with real disks. */
final class PoolFixture implements AutoCloseable {
    final Path folder;
    final DiskStore store;
    final StreamScript script = new StreamScript();
    final SimPool pool;
    final StreamClient client;
    final Random random = new Random(5);

    PoolFixture(Path folder) throws Exception {
        this.folder = folder;
        store = new DiskStore(Files.createDirectory(folder.resolve("i")));
        pool = DiskServices.mount(SimPool.builder().host("127.0.0.1", 0).host("127.0.0.1", 0), store, script)
                .start();
        client = new StreamClient(pool);
    }

    String text(String type, String ref, String field) {
        return pool.records().text(type, ref, field);
    }

    /** Fills parts of a disk with random bytes; the rest stays. */
    void scribble(String vdi, long... offsets) throws IOException {
        try (LiveDisk disk = store.open(text("VDI", vdi, "uuid"));
                FileChannel channel = FileChannel.open(disk.path(), StandardOpenOption.WRITE)) {
            for (long offset : offsets) {
                byte[] bytes = new byte[70_000];
                random.nextBytes(bytes);
                Io.write(channel, bytes, 0, bytes.length, offset, Files.size(disk.path()));
            }
        }
    }

    byte[] content(String vdi) throws IOException {
        Path raw = folder.resolve("content");
        Files.deleteIfExists(raw);
        store.export(text("VDI", vdi, "uuid"), raw);
        return Files.readAllBytes(raw);
    }

    /** Applies a VHD to a disk's content. */
    byte[] applied(byte[] vhd, byte[] content) throws IOException {
        Path raw = Files.write(folder.resolve("applied"), content);
        try (FileChannel channel = FileChannel.open(raw, StandardOpenOption.WRITE)) {
            VhdReader.copy(new ByteArrayInputStream(vhd), channel, content.length);
        }
        return Files.readAllBytes(raw);
    }

    void assertTask(String task, String status, String... error) {
        assertEquals(status, text("task", task, "status"));
        assertEquals(List.of(error), pool.records().get("task", task, "error_info"));
    }

    static byte[] chunk(long offset, byte[] data) {
        return ByteBuffer.allocate(12 + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(offset)
                .putInt(data.length)
                .put(data)
                .array();
    }

    @Override
    public void close() throws IOException {
        pool.close();
    }
}
