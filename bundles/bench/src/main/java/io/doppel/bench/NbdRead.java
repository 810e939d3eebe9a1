package io.doppel.bench;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.DiskReader;
import io.doppel.spi.disk.Endpoint;
import io.doppel.spi.disk.Place;
import io.doppel.tck.NoSecrets;
import io.doppel.transport.nbd.NbdTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads an NBD export from end to end each time a line comes from standard input, and prints the seconds that took and
 * the bytes read: what is allocated, with as many threads and in pieces as the mover reads.
 *
 * <p>Usage: {@code NbdRead PORT [PIN]}; with the fingerprint of the server's certificate it reads over TLS.
 */
public final class NbdRead {
    private static final long SEGMENT = 64 << 20;
    private static final int PIECE = 256 << 10;

    private NbdRead() {}

    /** Reads until standard input ends. */
    public static void main(String[] args) throws Exception {
        DiskAccess access = access(Integer.parseInt(args[0]), args.length > 1 ? args[1] : null);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        while (lines.readLine() != null) {
            long begin = System.nanoTime();
            long bytes;
            try (DiskReader reader = new NbdTransport().openReader(access, new NoSecrets())) {
                bytes = readAll(reader);
            }
            System.out.printf(Locale.ROOT, "%.4f %d%n", (System.nanoTime() - begin) / 1e9, bytes);
        }
    }

    private static DiskAccess access(int port, String pin) {
        Map<String, String> parameters = new HashMap<>(Map.of("tls", pin == null ? "never" : "required"));
        if (pin != null) {
            parameters.put("pin", pin);
        }
        Endpoint endpoint = new Endpoint("127.0.0.1", Optional.empty(), port, false);
        return new DiskAccess("nbd", Place.ANYWHERE, false, 10, Optional.of(endpoint), parameters, Map.of());
    }

    private static long readAll(DiskReader reader) throws IOException, InterruptedException, ExecutionException {
        int threads = Math.max(Runtime.getRuntime().availableProcessors(), reader.parallelism());
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            AtomicLong next = new AtomicLong();
            List<Future<Long>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                parts.add(pool.submit(() -> readSegments(reader, next)));
            }
            long bytes = 0;
            for (Future<Long> part : parts) {
                bytes += part.get();
            }
            return bytes;
        } finally {
            pool.shutdown();
        }
    }

    private static long readSegments(DiskReader reader, AtomicLong next) throws DoppelException {
        byte[] buffer = new byte[PIECE];
        long bytes = 0;
        for (long at = next.getAndAdd(SEGMENT); at < reader.size(); at = next.getAndAdd(SEGMENT)) {
            for (ByteRange range : reader.allocated(new ByteRange(at, SEGMENT))) {
                for (long offset = range.offset(); offset < range.end(); offset += PIECE) {
                    int length = (int) Math.min(PIECE, range.end() - offset);
                    reader.read(offset, buffer, 0, length);
                    bytes += length;
                }
            }
        }
        return bytes;
    }
}
