package io.doppel.catalog.internal;

import io.doppel.api.job.JobDefinition;
import io.doppel.catalog.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Adds runs without end and tells each once it is durable. */
final class WriterChild {
    private WriterChild() {}

    public static void main(String[] args) throws Exception {
        try (Catalog catalog = Catalog.open(Path.of(args[0]))) {
            JobDefinition definition = new JobDefinition("", "k", List.of(), Map.of());
            while (true) {
                System.out.println(
                        "run " + catalog.runs().add(definition, Instant.now()).id());
            }
        }
    }

    static void waitForLines(Path log, int count) throws IOException, InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (!Files.exists(log) || Files.readAllLines(log).size() < count) {
            if (System.nanoTime() > end) {
                throw new IOException("The child writes nothing");
            }
            Thread.sleep(20);
        }
    }
}
