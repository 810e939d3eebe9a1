package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.disks.DiskImages;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Names of the folders and files that a restore makes. */
final class FileNames {
    private static final int LONGEST = 255;
    private static final String RAW_ENDING = ".raw";

    private FileNames() {}

    /** Refuses what is no plain visible name. */
    static void check(String name) throws DoppelException {
        boolean bad = name.isBlank()
                || name.startsWith(".")
                || name.chars().anyMatch(c -> c == '/' || Character.isISOControl(c))
                || name.getBytes(StandardCharsets.UTF_8).length > LONGEST;
        if (bad) {
            throw new DoppelException(FolderError.BAD_NAME, "'" + name + "' cannot be a name here");
        }
        try {
            Path.of(name);
        } catch (InvalidPathException e) {
            throw new DoppelException(
                    FolderError.BAD_NAME, "'" + name + "' has characters that the server's locale does not know", e);
        }
    }

    /**
     * The file that a restored disk is written to. Restored images are raw: one that was raw keeps its name, any other
     * gets the ending {@code .raw}, which no tool takes for another format whatever the guest wrote.
     *
     * @param disk the disk as it was backed up; its name is the image's if it came from a folder
     */
    static String restoredImage(MachineDisk disk, Map<String, String> config) throws DoppelException {
        Optional<String> shown =
                Optional.of(disk.name()).filter(n -> DiskImages.ending(n).isPresent());
        String old = MachineFiles.imageName(config, disk.key()).or(() -> shown).orElse(disk.key());
        String ending = DiskImages.ending(old).orElse("");
        String name;
        if (disk.format().equals("raw") && isRawEnding(ending)) {
            name = old;
        } else {
            String stem = old.substring(0, old.length() - ending.length());
            name = stem.replace('/', '_') + RAW_ENDING;
        }
        check(name);
        return name;
    }

    private static boolean isRawEnding(String ending) {
        String lower = ending.toLowerCase(Locale.ROOT);
        return lower.equals(RAW_ENDING) || lower.equals(".img");
    }
}
