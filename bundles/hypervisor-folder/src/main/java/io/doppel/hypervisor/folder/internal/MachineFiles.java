package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is stored with a version beside the disks: the names of the image files, and a machine's small other files with
 * their content. Keys: {@code disk.<key>.file}, {@code disk.<key>.format}, {@code file.<name>} (Base64) and
 * {@code left-out} (names, one a line).
 */
final class MachineFiles {
    private static final long LARGEST_FILE = 64 << 10;
    private static final long LARGEST_TOTAL = 1 << 20;
    private static final String DISK = "disk.";
    private static final String FILE = "file.";
    private static final String NAME_SUFFIX = ".file";
    private static final String LEFT_OUT = "left-out";

    private MachineFiles() {}

    static Map<String, String> describe(MachineFolder machine, List<MachineFolder.Image> images)
            throws DoppelException {
        Map<String, String> config = new LinkedHashMap<>();
        for (MachineFolder.Image image : images) {
            config.put(
                    DISK + image.key() + NAME_SUFFIX, image.file().getFileName().toString());
            config.put(DISK + image.key() + ".format", image.format());
        }
        List<String> leftOut = new ArrayList<>();
        long total = 0;
        for (Path file : machine.others()) {
            String name = file.getFileName().toString();
            try {
                long size =
                        Files.isRegularFile(file) && !Files.isSymbolicLink(file) ? Files.size(file) : Long.MAX_VALUE;
                if (size > LARGEST_FILE
                        || total + size > LARGEST_TOTAL
                        || !Path.of(file.toString()).equals(file)) {
                    leftOut.add(name);
                    continue;
                }
                total += size;
                config.put(FILE + name, Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
            } catch (IOException e) {
                throw new DoppelException(FolderError.UNREADABLE, file + " cannot be read", e);
            }
        }
        if (!leftOut.isEmpty()) {
            config.put(LEFT_OUT, String.join("\n", leftOut));
        }
        return config;
    }

    /** The image file's name of a disk when it was backed up. */
    static Optional<String> imageName(Map<String, String> config, String diskKey) {
        return Optional.ofNullable(config.get(DISK + diskKey + NAME_SUFFIX));
    }

    /** Keys of all disks that the version has. */
    static Set<String> diskKeys(Map<String, String> config) {
        return config.keySet().stream()
                .filter(k -> k.startsWith(DISK) && k.endsWith(NAME_SUFFIX))
                .map(k -> k.substring(DISK.length(), k.length() - NAME_SUFFIX.length()))
                .collect(Collectors.toSet());
    }

    /** The other files with their content, by name. */
    static Map<String, byte[]> others(Map<String, String> config) throws DoppelException {
        Map<String, byte[]> files = new TreeMap<>();
        for (Map.Entry<String, String> entry : config.entrySet()) {
            if (entry.getKey().startsWith(FILE)) {
                String name = entry.getKey().substring(FILE.length());
                FileNames.check(name);
                try {
                    files.put(name, Base64.getDecoder().decode(entry.getValue()));
                } catch (IllegalArgumentException e) {
                    throw new DoppelException(FolderError.NOT_RESTORED, "The stored file " + name + " is damaged", e);
                }
            }
        }
        return files;
    }

    /** Names of files that were not stored. */
    static List<String> leftOut(Map<String, String> config) {
        return config.containsKey(LEFT_OUT) ? List.of(config.get(LEFT_OUT).split("\n")) : List.of();
    }
}
