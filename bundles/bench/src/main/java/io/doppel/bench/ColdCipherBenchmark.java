package io.doppel.bench;

import io.doppel.vault.internal.crypto.Gcm;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * AES-256-GCM in a Java that has just started: milliseconds for 32 MiB in chunks of 128 KiB, one measurement after the other.
 * The first ones show what the JDK's late compilation costs.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(3)
@Warmup(iterations = 0)
@Measurement(iterations = 4)
public class ColdCipherBenchmark {
    private static final int CHUNKS = 256;

    private final Gcm gcm = new Gcm();
    private final SecretKeySpec key = new SecretKeySpec(new byte[32], "AES");
    private final byte[] chunk = new byte[Sample.CHUNK];
    private final byte[] out = new byte[Sample.CHUNK + Gcm.TAG];
    private long counter;

    /** Encrypts 32 MiB. */
    @Benchmark
    public int encrypt() {
        int sum = 0;
        for (int i = 0; i < CHUNKS; i++) {
            sum += gcm.seal(key, Gcm.nonce(1, counter++), new byte[0], chunk, 0, chunk.length, out, 0);
        }
        return sum;
    }
}
