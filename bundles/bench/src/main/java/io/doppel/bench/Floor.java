package io.doppel.bench;

import com.github.luben.zstd.Zstd;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Prints, as one JSON object, what no backup of an image on one core can be faster than: MiB a second of cutting,
 * identifying, compressing and encrypting, and by how much the data compresses.
 *
 * <p>Usage: {@code Floor IMAGE}
 */
public final class Floor {
    private static final int SAMPLE = 64 << 20;

    private Floor() {}

    /** Measures and prints. */
    public static void main(String[] args) throws RunnerException {
        System.setProperty("doppel.bench.image", args[0]);
        Options options = new OptionsBuilder()
                .include(StageBenchmark.class.getSimpleName() + "\\.(cut|identify|zstd|encrypt)$")
                .jvmArgsAppend("-Ddoppel.bench.image=" + args[0])
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        StringBuilder json = new StringBuilder();
        Collection<RunResult> results = new Runner(options).run();
        for (RunResult result : results) {
            String name = result.getPrimaryResult().getLabel();
            json.append(String.format(
                    Locale.ROOT,
                    "\"%s\":%.0f,",
                    name.equals("zstd") ? "compress" : name,
                    result.getPrimaryResult().getScore()));
        }
        System.out.printf(Locale.ROOT, "{%s\"ratio\":%.3f}%n", json, ratio());
    }

    private static double ratio() {
        byte[] data = Sample.bytes(SAMPLE);
        byte[] out = new byte[(int) Zstd.compressBound(Sample.CHUNK)];
        long stored = 0;
        for (int at = 0; at < data.length; at += Sample.CHUNK) {
            stored += Math.min(Sample.CHUNK, Zstd.compressByteArray(out, 0, out.length, data, at, Sample.CHUNK, 1));
        }
        return (double) data.length / stored;
    }
}
