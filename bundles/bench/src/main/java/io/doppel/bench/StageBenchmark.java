package io.doppel.bench;

import com.github.luben.zstd.Zstd;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
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
import org.openjdk.jmh.annotations.Warmup;

/** What one core does with data, stage by stage, in chunks of 128 KiB. The score is MiB of input a second. */
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
    private static final byte[] ZERO_PAGE = new byte[Sample.PAGE];

    private byte[] data;
    private byte[] zeros;
    private byte[] out;
    private byte[][] zstd;
    private byte[][] lz4;
    private MessageDigest sha;
    private Mac mac;
    private LZ4Compressor lz4Compressor;
    private LZ4SafeDecompressor lz4Decompressor;

    /** Makes the input and its compressed forms. */
    @Setup
    public void prepare() throws GeneralSecurityException {
        data = Sample.bytes(SIZE);
        zeros = new byte[SIZE];
        lz4Compressor = LZ4Factory.nativeInstance().fastCompressor();
        lz4Decompressor = LZ4Factory.nativeInstance().safeDecompressor();
        sha = MessageDigest.getInstance("SHA-256");
        mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
        out = new byte
                [(int) Math.max(Zstd.compressBound(Sample.CHUNK), lz4Compressor.maxCompressedLength(Sample.CHUNK))];
        zstd = new byte[CHUNKS][];
        lz4 = new byte[CHUNKS][];
        for (int i = 0; i < CHUNKS; i++) {
            byte[] chunk = Arrays.copyOfRange(data, i * Sample.CHUNK, (i + 1) * Sample.CHUNK);
            zstd[i] = Zstd.compress(chunk, 1);
            lz4[i] = lz4Compressor.compress(chunk);
        }
    }

    /** The keyed id of a chunk: SHA-256 of it, then HMAC of that. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public int identify() {
        int sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sha.update(data, i * Sample.CHUNK, Sample.CHUNK);
            sum += mac.doFinal(sha.digest())[0];
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

    /** zstd level −1. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long zstdMinus1() {
        return compress(-1);
    }

    /** zstd level 1, the default of a vault. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long zstd1() {
        return compress(1);
    }

    /** zstd level 3. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long zstd3() {
        return compress(3);
    }

    private long compress(int level) {
        long sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sum += Zstd.compressByteArray(out, 0, out.length, data, i * Sample.CHUNK, Sample.CHUNK, level);
        }
        return sum;
    }

    /** zstd, back. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long zstdDecompress() {
        long sum = 0;
        for (byte[] chunk : zstd) {
            sum += Zstd.decompressByteArray(out, 0, Sample.CHUNK, chunk, 0, chunk.length);
        }
        return sum;
    }

    /** LZ4. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long lz4() {
        long sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sum += lz4Compressor.compress(data, i * Sample.CHUNK, Sample.CHUNK, out, 0, out.length);
        }
        return sum;
    }

    /** LZ4, back. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long lz4Decompress() {
        long sum = 0;
        for (byte[] chunk : lz4) {
            sum += lz4Decompressor.decompress(chunk, 0, chunk.length, out, 0, Sample.CHUNK);
        }
        return sum;
    }
}
