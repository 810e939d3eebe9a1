package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.tck.Forwarder;
import io.doppel.tck.Samba;
import io.doppel.tck.SambaShare;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Not one of the tests that always run: {@code bundles/bench/cifs-compare} starts it. Measures, by turns and in one run, objects of 64 MiB
 * that do not compress, put and got through the storage SPI and by smbclient, against the same smbd; then over a slow line.
 */
class CifsCompare {
    /** Not counted: the page cache, and Java's compiler, because a server runs for months. */
    private static final int WARM_UP = 3;

    private static final int ROUNDS = 5;
    private static final int SIZE = 64 << 20;
    private static final int PIECE = 8 << 20;
    private static final int MIB = 1 << 20;
    private static final Forwarder.Line LINE = new Forwarder.Line(Duration.ofMillis(20), 12e6);
    private static final Pattern SAID = Pattern.compile("\\((\\d+(?:\\.\\d+)?) (?:kb/s|KiloBytes/sec)\\) \\(");

    private final ExecutorService pool = Executors.newCachedThreadPool();
    private Path source;
    private Path folder;

    /** One direction of one way; returns MiB/s. */
    private interface Transfer {
        double run(int stream, int round) throws Exception;
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void compare() throws Exception {
        folder = Files.createTempDirectory(Path.of(System.getProperty("doppel.compare")), "cifs-compare");
        try {
            source = folder.resolve("source");
            byte[] content = new byte[SIZE];
            new Random(1).nextBytes(content);
            Files.write(source, content);
            say(
                    "MiB/s, medians of %d | streams | smbclient put | put | ratio | smbclient get | get | ratio | goal",
                    ROUNDS);
            compare("plain, 3.1.1, nothing signed by smbclient", 1.0, builder("a"), "store");
            compare("plain, 3.1.1, signing mandatory", 1.0, builder("b").mandatorySigning(), "store");
            compare("encrypted, 3.1.1", 0.7, builder("c"), "secret", "encryption=true");
            compare("encrypted, 3.0", 0.7, builder("d").protocols("SMB3_00", "SMB3_00"), "secret", "encryption=true");
            compare(
                    "plain, 2.1, signing mandatory",
                    1.0,
                    builder("e").protocols("SMB2_10", "SMB2_10").mandatorySigning(),
                    "store");
            slowLine();
        } finally {
            pool.shutdownNow();
            try (var files = Files.walk(folder)) {
                files.sorted((a, b) -> b.compareTo(a))
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private Samba.Builder builder(String name) {
        Path share = folder.resolve(name).resolve("store");
        return Nas.builder(folder.resolve(name))
                .share(SambaShare.of("secret", share).encrypted());
    }

    private void compare(String what, double goal, Samba.Builder builder, String share, String... settings)
            throws Exception {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("share=" + share);
        all.add("path=");
        try (Samba samba = builder.start();
                Storage storage = Nas.of(folder, samba).open(all.toArray(String[]::new))) {
            for (int streams : new int[] {1, 2}) {
                double[] medians = measure(
                        streams,
                        (stream, round) -> client(samba, share, "put " + source + " client" + stream),
                        (stream, round) -> put(storage, name(streams, stream, round)),
                        (stream, round) -> client(samba, share, "get client" + stream + " " + target(stream)),
                        (stream, round) -> get(storage, name(streams, stream, round), stream));
                say(
                        "%s | %d | %.0f | %.0f | %.2f | %.0f | %.0f | %.2f | goal %.1f",
                        what,
                        streams,
                        medians[0],
                        medians[1],
                        medians[1] / medians[0],
                        medians[2],
                        medians[3],
                        medians[3] / medians[2],
                        goal);
            }
        }
    }

    private static String name(int streams, int stream, int round) {
        return "objects/" + streams + "-" + stream + "-" + round;
    }

    private Path target(int stream) {
        return folder.resolve("target" + stream);
    }

    private double[] measure(int streams, Transfer... transfers) throws Exception {
        List<List<Double>> rates = new ArrayList<>();
        for (int i = 0; i < transfers.length; i++) {
            rates.add(new ArrayList<>());
        }
        for (int round = 0; round < WARM_UP + ROUNDS; round++) {
            for (int i = 0; i < transfers.length; i++) {
                double sum = together(streams, transfers[i], round);
                if (round >= WARM_UP) {
                    rates.get(i).add(sum);
                }
            }
        }
        return rates.stream()
                .mapToDouble(list -> list.stream().sorted().toList().get(ROUNDS / 2))
                .toArray();
    }

    /** The sum of the rates of all streams. */
    private double together(int streams, Transfer transfer, int round) throws Exception {
        List<Callable<Double>> work = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            int stream = i;
            work.add(() -> transfer.run(stream, round));
        }
        double sum = 0;
        for (Future<Double> one : pool.invokeAll(work)) {
            sum += one.get();
        }
        return sum;
    }

    /** As smbclient says it, which counts the transfer and not its start. */
    private static double client(Samba samba, String share, String command) throws Exception {
        String said = samba.smbclient(share, Nas.USER, Nas.PASSWORD, command);
        Matcher rate = SAID.matcher(said);
        if (!rate.find()) {
            throw new IOException(said);
        }
        return Double.parseDouble(rate.group(1)) / 1024;
    }

    /** From a file, as smbclient does it, flushed and named. */
    private double put(Storage storage, String name) throws Exception {
        long start = System.nanoTime();
        byte[] buffer = new byte[MIB];
        try (InputStream in = Files.newInputStream(source);
                ObjectWriter writer = storage.put(name)) {
            int count = in.read(buffer);
            while (count >= 0) {
                writer.write(buffer, 0, count);
                count = in.read(buffer);
            }
            writer.commit();
        }
        return rate(start, SIZE);
    }

    /** Into a file, as smbclient does it; like it and like a restore, it reads the next piece while it writes one. */
    private double get(Storage storage, String name, int stream) throws Exception {
        byte[][] buffers = {new byte[PIECE], new byte[PIECE]};
        long start = System.nanoTime();
        try (OutputStream out = Files.newOutputStream(target(stream))) {
            Future<byte[]> next = pool.submit(() -> piece(storage, name, 0, buffers[0]));
            for (int i = 1; i <= SIZE / PIECE; i++) {
                byte[] read = next.get();
                if (i < SIZE / PIECE) {
                    long at = (long) i * PIECE;
                    byte[] into = buffers[i % 2];
                    next = pool.submit(() -> piece(storage, name, at, into));
                }
                for (int done = 0; done < PIECE; done += MIB) {
                    out.write(read, done, MIB);
                }
            }
        }
        double rate = rate(start, SIZE);
        if (Files.mismatch(source, target(stream)) >= 0) {
            throw new IOException("Other bytes came back");
        }
        storage.delete(name);
        return rate;
    }

    private static byte[] piece(Storage storage, String name, long at, byte[] into) throws DoppelException {
        storage.read(name, at, into, 0, into.length);
        return into;
    }

    private static double rate(long start, long bytes) {
        return bytes / 1048576.0 / ((System.nanoTime() - start) / 1e9);
    }

    private void slowLine() throws Exception {
        for (String setting : List.of("encryption=false", "encryption=true")) {
            try (Samba samba = builder("slow-" + setting).start();
                    Forwarder line = Forwarder.to(samba.port(), LINE);
                    Storage storage = Nas.of(folder, samba).open("port=" + line.port(), "path=", setting)) {
                for (int streams : new int[] {1, 2}) {
                    int round = streams;
                    double put = whole(streams, (stream, r) -> put(storage, name(streams, stream, round)));
                    double get = whole(streams, (stream, r) -> get(storage, name(streams, stream, round), stream));
                    say(
                            "line of 12 MB/s, 20 ms one way, %s | %d | | put %.2f of the line | | | get %.2f of it | | goal 0.80",
                            setting, streams, put, get);
                }
            }
        }
    }

    /** The share of the line's rate that all streams together had from the first byte to the last. */
    private double whole(int streams, Transfer transfer) throws Exception {
        long start = System.nanoTime();
        together(streams, transfer, 0);
        return (double) streams * SIZE / ((System.nanoTime() - start) / 1e9) / LINE.bytesPerSecond();
    }

    private static void say(String format, Object... values) {
        System.out.println("| " + String.format(Locale.ROOT, format, values) + " |");
    }
}
