package io.doppel.hypervisor.folder.internal;

import io.doppel.spi.hypervisor.KeptOriginal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Properties;

/** The folder with the old disks of a restore over the original, and its description. */
final class KeptFolder {
    private static final String DESCRIPTION = ".description";

    private KeptFolder() {}

    static void describe(Path folder, SwapJournal journal, Instant since) throws IOException {
        Properties p = new Properties();
        p.setProperty("restore", journal.restoreId());
        p.setProperty("machine", journal.machineId());
        p.setProperty("since", since.toString());
        FolderFiles.writeWhole(folder.resolve(DESCRIPTION), SwapJournal.bytes(p));
    }

    static KeptOriginal read(Path folder) throws IOException {
        Properties p = SwapJournal.load(folder.resolve(DESCRIPTION));
        long bytes = 0;
        for (Path file : FolderFiles.list(folder)) {
            bytes += Files.size(file);
        }
        try {
            return new KeptOriginal(
                    p.getProperty("restore"), p.getProperty("machine"), Instant.parse(p.getProperty("since")), bytes);
        } catch (DateTimeException | NullPointerException e) {
            throw new IOException(folder + " has a damaged description", e);
        }
    }

    /** Deletes the old disks; a crash in between leaves them listed. */
    static void delete(Path folder) throws IOException {
        for (Path file : FolderFiles.list(folder)) {
            if (!file.getFileName().toString().equals(DESCRIPTION)) {
                Files.delete(file);
            }
        }
        FolderFiles.sync(folder);
        FolderFiles.deleteTree(folder);
    }

    static boolean isDescribed(Path folder) {
        return FolderFiles.exists(folder.resolve(DESCRIPTION));
    }
}
