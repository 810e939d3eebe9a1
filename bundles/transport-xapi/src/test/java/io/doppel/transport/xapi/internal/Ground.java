package io.doppel.transport.xapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.tls.Fingerprint;
import io.doppel.disks.DiskImages;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.VhdStreamWriter;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.Place;
import io.doppel.tck.MemorySecrets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;

/** What the tests of streams stand on: secrets, a transport with a folder of its own, accesses, contents. */
final class Ground {
    static final String VDI = "5f1b6c2e-0000-4000-8000-00000000000a";
    static final int MIB = 1 << 20;

    final Path folder;
    final Path spool;
    final MemorySecrets secrets = new MemorySecrets();
    final SecretRef session;
    long usable = 1L << 40;
    final XapiTransport transport;

    Ground(Path folder, Duration silence, Duration settling) {
        this.folder = folder;
        this.spool = folder.resolve("spool");
        this.session = secrets.put("session", ScriptedPool.SESSION.toCharArray());
        this.transport = new XapiTransport(new SpoolFolder(spool, f -> usable), silence, settling);
    }

    DiskAccess access(ScriptedPool pool, long size, Fingerprint... pins) {
        return access(pool, size, Map.of(), pins);
    }

    DiskAccess access(ScriptedPool pool, long size, Map<String, String> more, Fingerprint... pins) {
        Map<String, String> parameters = new HashMap<>(Map.of(
                "address",
                "127.0.0.1",
                "port",
                Integer.toString(pool.port()),
                "scheme",
                pins.length == 0 ? "http" : "https",
                "vdi",
                VDI,
                "size",
                Long.toString(size),
                "installation",
                "test"));
        if (pins.length > 0) {
            parameters.put("pins", Stream.of(pins).map(Fingerprint::text).collect(Collectors.joining(",")));
        }
        parameters.putAll(more);
        return new DiskAccess(
                "xapi-vdi", Place.ANYWHERE, true, 20, Optional.empty(), parameters, Map.of("session", session));
    }

    /** Runs of data and of zeros. */
    static byte[] content(int size, long seed) {
        byte[] bytes = new byte[size];
        Random random = new Random(seed);
        byte[] run = new byte[300_000];
        for (int at = 0; at < size; at += run.length) {
            if (random.nextInt(3) != 0) {
                random.nextBytes(run);
                System.arraycopy(run, 0, bytes, at, Math.min(run.length, size - at));
            }
        }
        return bytes;
    }

    byte[] vhd(byte[] content) throws IOException, DoppelException {
        Path file = sparse(folder.resolve("disk.raw"), content);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DiskReader reader = DiskImages.open(file)) {
            VhdStreamWriter.dynamic(reader, UUID.randomUUID(), Instant.EPOCH).writeTo(out, StreamWatch.NONE);
        }
        return out.toByteArray();
    }

    /** A file that has holes where the content has zeros. */
    private static Path sparse(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(file);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(content.length);
            byte[] zeros = new byte[64 << 10];
            for (int at = 0; at < content.length; at += zeros.length) {
                int n = Math.min(zeros.length, content.length - at);
                if (!Arrays.equals(content, at, at + n, zeros, 0, n)) {
                    out.seek(at);
                    out.write(content, at, n);
                }
            }
        }
        return file;
    }

    static void ok(OutputStream out) throws IOException {
        out.write("HTTP/1.1 200 OK\r\nConnection: close\r\nCache-Control: no-cache, no-store\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    static void redirect(OutputStream out, String to) throws IOException {
        out.write(("HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: " + to + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** The second answer that hosts put into a stream when they fail. */
    static byte[] embedded(String reason) {
        return ("HTTP/1.1 500 Internal Error\r\ncontent-type:text/html\r\nconnection:close\r\n\r\n<html><body><h1>HTTP 500"
                        + " internal server error</h1>An unexpected error occurred.<h1> Additional information </h1>"
                        + reason
                        + "</body></html>")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Takes the frames of a raw import as vhd-tool does; true if their end came. */
    static boolean take(InputStream in, byte[] disk) throws IOException {
        while (true) {
            byte[] header = in.readNBytes(12);
            if (header.length < 12) {
                return false;
            }
            ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
            long offset = fields.getLong();
            int length = fields.getInt();
            if (offset == 0 && length == 0) {
                return true;
            }
            if (offset % 512 != 0 || length % 512 != 0) {
                throw new IllegalStateException("no whole sectors: " + offset + "+" + length);
            }
            if (in.readNBytes(disk, (int) offset, length) < length) {
                return false;
            }
        }
    }

    static byte[] readAll(DiskReader reader) throws Exception {
        byte[] bytes = new byte[(int) reader.size()];
        for (int at = 0; at < bytes.length; at += 700_001) {
            reader.read(at, bytes, at, Math.min(700_001, bytes.length - at));
        }
        return bytes;
    }

    long spooledFiles() throws IOException {
        if (!Files.isDirectory(spool)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(spool)) {
            return files.count();
        }
    }

    static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals(name))
                .count();
    }

    static DoppelException failing(Executable work) {
        return assertThrows(DoppelException.class, work);
    }

    static void assertCode(ErrorCode code, DoppelException found) {
        assertEquals(code.id(), found.code().id(), found.getMessage());
        assertFalse(found.getMessage().contains(ScriptedPool.SESSION), "the session is in a message");
    }

    /** Closes the pool; nothing of what was done with it may be left, here or there. */
    void assertNothingIsLeft(ScriptedPool pool) throws Exception {
        pool.close();
        assertEquals(0, spooledFiles(), "temporary files");
        assertEquals(0, threads("xapi-spool") + threads("xapi-upload-watch"), "threads");
        assertEquals(List.of(), pool.tasks().left(), "tasks");
    }
}
