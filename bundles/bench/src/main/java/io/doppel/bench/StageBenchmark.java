package io.doppel.bench;

import com.github.luben.zstd.Zstd;
import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.chunk.CutRule;
import io.doppel.vault.chunk.EntrySink;
import io.doppel.vault.chunk.SegmentScanner;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.Ids;
import io.doppel.vault.internal.pack.ObjectKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What one core does with data, stage by stage, in chunks of 128 KiB. The score is MiB of plaintext a second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StageBenchmark {
    static final int MIB = 32;
    private static final int SIZE = MIB << 20;
    private static final int CHUNKS = SIZE / Sample.CHUNK;
    private static final int READ = 256 << 10;
    private static final byte[] ZERO_PAGE = new byte[Sample.PAGE];
    private static final byte[] NO_AAD = new byte[0];

    private final SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
    private final Ids ids = new Ids(new byte[32]);
    private final Codec zstd = new Codec(Codec.ZSTD);
    private final Codec lz4 = new Codec(Codec.LZ4);
    private final Gcm gcm = new Gcm();
    private final SegmentScanner scanner =
            new SegmentScanner(new CutRule("a cut rule key".getBytes(StandardCharsets.US_ASCII)));
    private final byte[] out = new byte[Codec.bound(Sample.CHUNK) + Gcm.TAG];

    private byte[] data;
    private byte[] zeros;
    private byte[][] asZstd;
    private byte[][] asLz4;
    private byte[][] sealed;
    private long counter;

    /** Makes the input of every stage. */
    @Setup
    public void prepare() {
        data = Sample.bytes(SIZE);
        zeros = new byte[SIZE];
        asZstd = new byte[CHUNKS][];
        asLz4 = new byte[CHUNKS][];
        sealed = new byte[CHUNKS][];
        for (int i = 0; i < CHUNKS; i++) {
            asZstd[i] = compressed(zstd, i);
            asLz4[i] = compressed(lz4, i);
            int n = seal(i, nonceOf(i));
            sealed[i] = Arrays.copyOf(out, n);
        }
    }

    /** Frees native memory. */
    @TearDown
    public void close() {
        zstd.close();
        lz4.close();
    }

    private byte[] compressed(Codec codec, int chunk) {
        int n = codec.compress(data, chunk * Sample.CHUNK, Sample.CHUNK, out);
        return n < 0 ? new byte[0] : Arrays.copyOf(out, n);
    }

    private static byte[] nonceOf(long number) {
        return Gcm.nonce(1, number);
    }

    private int seal(int chunk, byte[] nonce) {
        return gcm.seal(key, nonce, NO_AAD, data, chunk * Sample.CHUNK, Sample.CHUNK, out, 0);
    }

    /** Cutting into chunks by content: page checksums, zero test and the copy out of the source. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long cut() throws DoppelException {
        Counter counted = new Counter();
        scanner.scan(new Memory(data), 0, SIZE, List.of(new ByteRange(0, SIZE)), READ, counted);
        return counted.chunks;
    }

    /** The keyed id of chunks. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public int identify() {
        int sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sum += ids.id(ObjectKind.DATA, data, i * Sample.CHUNK, Sample.CHUNK)[0];
        }
        return sum;
    }

    /** Whether pages are zero, where all are. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public int zeroTest() {
        int count = 0;
        for (int at = 0; at < SIZE; at += Sample.PAGE) {
            count += Arrays.mismatch(zeros, at, at + Sample.PAGE, ZERO_PAGE, 0, Sample.PAGE) < 0 ? 1 : 0;
        }
        return count;
    }

    /** The default of a vault: zstd as the vault uses it. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long zstd() {
        return compressAll(zstd);
    }

    /** LZ4 as the vault uses it. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long lz4() {
        return compressAll(lz4);
    }

    private long compressAll(Codec codec) {
        long sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sum += codec.compress(data, i * Sample.CHUNK, Sample.CHUNK, out);
        }
        return sum;
    }

    /** zstd level −1, for comparison. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long zstdMinus1() {
        return compressAtLevel(-1);
    }

    /** zstd level 3, for comparison. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long zstd3() {
        return compressAtLevel(3);
    }

    private long compressAtLevel(int level) {
        long sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sum += Zstd.compressByteArray(out, 0, out.length, data, i * Sample.CHUNK, Sample.CHUNK, level);
        }
        return sum;
    }

    /** zstd, back. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public int zstdDecompress() {
        return decompressAll(zstd, Codec.ZSTD, asZstd);
    }

    /** LZ4, back. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public int lz4Decompress() {
        return decompressAll(lz4, Codec.LZ4, asLz4);
    }

    private int decompressAll(Codec codec, byte name, byte[][] compressed) {
        int good = 0;
        for (byte[] chunk : compressed) {
            good += codec.decompress(name, chunk, 0, chunk.length, out, 0, Sample.CHUNK) ? 1 : 0;
        }
        return good;
    }

    /** AES-256-GCM, warm. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public int encrypt() {
        int sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sum += seal(i, nonceOf(CHUNKS + counter++));
        }
        return sum;
    }

    /** AES-256-GCM, back. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public int decrypt() {
        int sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sum += gcm.open(key, nonceOf(i), NO_AAD, sealed[i], 0, sealed[i].length, out, 0);
        }
        return sum;
    }

    /** The input as a disk. */
    private record Memory(byte[] bytes) implements DiskReader {
        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void read(long offset, byte[] buffer, int from, int length) {
            System.arraycopy(bytes, (int) offset, buffer, from, length);
        }

        @Override
        public List<ByteRange> allocated(ByteRange range) {
            return List.of(range);
        }

        @Override
        public void close() {}
    }

    private static final class Counter implements EntrySink {
        private long chunks;

        @Override
        public boolean chunk(long offset, byte[] buffer, int from, int length) {
            chunks++;
            return true;
        }

        @Override
        public boolean hole(long offset, long length) {
            return true;
        }
    }
}
