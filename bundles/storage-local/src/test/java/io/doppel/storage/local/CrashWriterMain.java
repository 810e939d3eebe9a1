package io.doppel.storage.local;

import io.doppel.tck.StorageCrashWriter;
import java.nio.file.Path;

/** The process that the storage contract kills. */
final class CrashWriterMain {
    private CrashWriterMain() {}

    public static void main(String[] arguments) throws Exception {
        StorageCrashWriter.run(LocalStorage.open(Path.of(arguments[0])), System.out);
    }
}
