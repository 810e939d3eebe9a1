package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.local.LocalStorage;
import io.doppel.vault.Vault;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultOwner;
import io.doppel.vault.internal.meta.HeadChange;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.PackInfo;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Measures the index of a vault without the data (docs/benchmarks.md, "Index"). {@code bundles/bench/index-scale} calls it.
 *
 * <pre>
 * IndexScale make DIR ENTRIES ASKED   makes local files of six unmerged segments, and a sample of their ids
 * IndexScale ask DIR ASKED THREADS    opens them as a server does and looks up ids, each once
 * IndexScale inflate DIR ENTRIES      gives DIR/vault, a vault of this server, a segment of made-up entries and its local file
 * IndexScale rebuild DIR ENTRIES      makes local files from segments in a storage target, merges them, reads footers
 * </pre>
 */
public final class IndexScale {
    private static final long CHUNK = 139 << 10;
    /** Shares of the entries, in hundredths: large merged segments and smaller ones that came since. */
    private static final int[] SHARES = {40, 25, 15, 10, 7, 3};

    private static final int PIECE = 1 << 20;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private IndexScale() {}

    /** Runs one verb. */
    public static void main(String[] args) throws IOException, DoppelException {
        Path folder = Path.of(args[1]);
        long number = Long.parseLong(args[2]);
        switch (args[0]) {
            case "make" -> make(folder, number, Long.parseLong(args[3]));
            case "ask" -> ask(folder, number, Integer.parseInt(args[3]));
            case "inflate" -> inflate(folder, number);
            case "rebuild" -> rebuild(folder, number);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
        System.out.flush();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** Makes the files; the names of the segments are their names. */
    static void make(Path folder, long entries, long asked) throws IOException {
        long begin = System.nanoTime();
        Path index = Files.createDirectories(folder.resolve("index"));
        long sampled;
        try (MadeUpVault.Sample sample = new MadeUpVault.Sample(folder)) {
            double share = Math.min(1, asked * 1.01 / entries);
            for (int i = 0; i < SHARES.length; i++) {
                MadeUpVault.localSegment(index, i + 1, Math.max(1, entries * SHARES[i] / 100), share, sample);
            }
            sampled = sample.join(folder.resolve("present"));
        }
        say("made %d entries in %.0f s, %d ids sampled", entries, seconds(begin), sampled);
    }

    /** Opens the files and asks; what came out. */
    static Figures ask(Path folder, long asked, int threads) throws IOException, DoppelException {
        long before = heapAndDirect();
        long begin = System.nanoTime();
        ChunkIndex index = new ChunkIndex();
        IndexCache cache = new IndexCache(folder.resolve("index"), MadeUpVault.ID, null);
        long bytes = 0;
        try (var files = Files.list(folder.resolve("index"))) {
            for (Path file : files.sorted().toList()) {
                index.attach(cache.existing(file.getFileName().toString()).orElseThrow());
                bytes += Files.size(file);
            }
        }
        double opening = seconds(begin);
        long entries =
                index.segments().stream().mapToLong(LocalSegment::entries).sum();
        long filters =
                index.segments().stream().mapToLong(LocalSegment::residentBytes).sum();
        long memory = Math.max(0, heapAndDirect() - before);
        double tebibytes = (double) entries * CHUNK / (1L << 40);
        say(
                "%d entries (%.1f TiB) in %d segments, %d packs, files of %.2f GiB (%.1f MiB per TiB)",
                entries,
                tebibytes,
                index.segments().size(),
                index.packCount(),
                bytes / 0x1p30,
                bytes / 0x1p20 / tebibytes);
        say(
                "memory: heap and direct %.1f MiB, filters, fences and packs of the files %.1f MiB: %.2f MiB per TiB, %.2f bytes an entry",
                memory / 0x1p20,
                filters / 0x1p20,
                (memory + filters) / 0x1p20 / tebibytes,
                (double) (memory + filters) / entries);
        say("opened in %.2f s", opening);
        double absent = absent(index, asked, threads);
        double present = present(index, folder.resolve("present"), asked, threads);
        return new Figures(entries, filters, memory, opening, absent, present);
    }

    /**
     * What came out.
     *
     * @param filterBytes bytes of the files that are best in memory
     * @param heapBytes of heap and direct memory
     * @param opening seconds
     * @param absent look-ups a second
     * @param present look-ups a second
     */
    record Figures(long entries, long filterBytes, long heapBytes, double opening, double absent, double present) {}

    private static long heapAndDirect() {
        System.gc();
        System.gc();
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(p -> p.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return direct + ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static double absent(ChunkIndex index, long asked, int threads) {
        return rate("absent", asked, threads, (from, to) -> {
            SplittableRandom random = new SplittableRandom(from + 1);
            byte[] id = new byte[32];
            for (long i = from; i < to; i++) {
                random.nextBytes(id);
                if (index.packOf(id) >= 0) {
                    throw new IllegalStateException("found what is not there");
                }
            }
        });
    }

    private static double present(ChunkIndex index, Path sample, long asked, int threads) throws IOException {
        try (FileChannel file = FileChannel.open(sample)) {
            return rate("present", Math.min(asked, file.size() / 16), threads, (from, to) -> {
                byte[] id = new byte[32];
                ByteBuffer ids = ByteBuffer.allocate(PIECE);
                for (long i = from; i < to; ) {
                    ids.clear().limit((int) Math.min(PIECE, (to - i) * 16));
                    file.read(ids, i * 16);
                    for (ids.flip(); ids.remaining() >= 16; i++) {
                        ids.get(id, 0, 16);
                        if (index.packOf(id) < 0) {
                            throw new IllegalStateException("did not find what is there");
                        }
                    }
                }
            });
        }
    }

    private interface Asking {
        void ask(long from, long to) throws IOException, DoppelException;
    }

    private static double rate(String what, long asked, int threads, Asking asking) {
        long begin = System.nanoTime();
        AtomicLong done = new AtomicLong();
        AtomicLong cpu = new AtomicLong();
        IntStream.range(0, threads).parallel().forEach(t -> {
            long from = asked * t / threads;
            long to = asked * (t + 1) / threads;
            long cpuBefore = THREADS.getCurrentThreadCpuTime();
            try {
                asking.ask(from, to);
            } catch (IOException | DoppelException e) {
                throw new CompletionException(e);
            }
            cpu.addAndGet(THREADS.getCurrentThreadCpuTime() - cpuBefore);
            done.addAndGet(to - from);
        });
        double rate = done.get() / seconds(begin);
        say(
                "%s: %d ids with %d threads, %.0f a second; %.0f in a second of processor time",
                what, done.get(), threads, rate, done.get() / (cpu.get() / 1e9));
        return rate;
    }

    /** Gives a vault a segment that says of one pack, which is there, that it has all these records. */
    private static void inflate(Path folder, long entries) throws DoppelException {
        VaultOwner owner = new VaultOwner("fault-target", "fault-target");
        Path state = folder.resolve("state");
        try (Storage storage = LocalStorage.open(folder.resolve("vault"))) {
            try (VaultMeta meta = VaultMeta.open(storage, state, owner, VaultAccess.ATTACH, new char[0])) {
                PackInfo pack = MadeUpVault.pack(storage, meta.keys(), new SplittableRandom(1));
                IndexSegments segments = new IndexSegments(storage, meta.keys());
                String segment = MadeUpVault.remoteSegment(segments, pack, entries);
                meta.publish(HeadChange.adding(List.of(), List.of(segment)));
            }
            Vault.open(storage, state, owner, VaultAccess.ATTACH, new char[0]).close();
        }
    }

    /** Rates of making the local files again. */
    static void rebuild(Path folder, long entries) throws IOException, DoppelException {
        KeyRing keys = MadeUpVault.keys();
        try (Storage storage = LocalStorage.open(folder.resolve("vault"))) {
            IndexSegments segments = new IndexSegments(storage, keys);
            long begin = System.nanoTime();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                names.add(MadeUpVault.remoteSegment(segments, i + 1, entries / 8));
            }
            say("wrote %d entries in 8 segments: %.0f entries/s", entries, entries / seconds(begin));
            begin = System.nanoTime();
            OpenIndex open = new OpenIndex(storage, keys, folder.resolve("local"), MadeUpVault.ID);
            open.load(names, true);
            say("local files from segments: %.0f entries/s", entries / seconds(begin));
            begin = System.nanoTime();
            long merged = open.merge(names, pack -> false, () -> {}).local().entries();
            say("merged 8 segments, with the local file: %.0f entries/s", merged / seconds(begin));
        }
        footers(folder, keys, (int) Math.min(20_000, Math.max(10, entries / MadeUpVault.PER_PACK)));
    }

    private static void footers(Path folder, KeyRing keys, int packs) throws IOException, DoppelException {
        try (Storage storage = LocalStorage.open(folder.resolve("packs"))) {
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < packs; i++) {
                MadeUpVault.pack(storage, keys, random);
            }
            OpenIndex open = new OpenIndex(storage, keys, folder.resolve("local2"), MadeUpVault.ID);
            long begin = System.nanoTime();
            open.adopt(name -> false, info -> {
                open.add(info);
                synchronized (open) {
                    if (open.many()) {
                        open.write(p -> true).ifPresent(open::listed);
                    }
                }
            });
            open.write(p -> true).ifPresent(open::listed);
            double seconds = seconds(begin);
            say(
                    "from footers, with segments and local files: %.0f packs/s, %.0f entries/s",
                    packs / seconds, (double) packs * MadeUpVault.PER_PACK / seconds);
        }
    }
}
