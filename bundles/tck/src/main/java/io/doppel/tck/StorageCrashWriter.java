package io.doppel.tck;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What a process does that gets killed: puts object after object and says each name once it is committed. */
public final class StorageCrashWriter {
    static final String PREFIX = "crash";
    private static final int PIECE = 64 << 10;

    private StorageCrashWriter() {}

    /**
     * Puts objects until the process is killed. Called by the main method of a plug-in's test, in a process of its own.
     *
     * @param out the process's standard output, on which nothing else may appear
     */
    public static void run(Storage storage, PrintStream out) throws DoppelException {
        String process = Long.toString(ProcessHandle.current().pid());
        for (int i = 0; ; i++) {
            String name = PREFIX + "/" + i % 7 + "/" + process + "-" + i;
            byte[] bytes = content(name);
            try (ObjectWriter writer = storage.put(name)) {
                for (int at = 0; at < bytes.length; at += PIECE) {
                    writer.write(bytes, at, Math.min(PIECE, bytes.length - at));
                }
                writer.commit();
            }
            out.println(name);
            out.flush();
        }
    }

    static byte[] content(String name) {
        return StorageData.bytes(Math.floorMod(name.hashCode(), 400_000), name.hashCode());
    }

    /** Kills the process with SIGKILL after it said so many names; what it said. */
    static Set<String> killAfter(Process process, int names) throws IOException, InterruptedException {
        Set<String> said = new HashSet<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                said.add(line);
                if (said.size() == names) {
                    // Process.destroyForcibly would also drop what it said and we have not read yet.
                    process.toHandle().destroyForcibly();
                }
                line = lines.readLine();
            }
        } finally {
            process.destroyForcibly();
        }
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the killed writer does not end");
        }
        if (said.size() < names) {
            throw new AssertionError("the writer ended by itself after " + said.size() + " objects");
        }
        return said;
    }
}
