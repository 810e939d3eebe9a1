package io.doppel.hypervisor.folder;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Machines with raw disks, made and looked at without the plug-in. */
final class RawMachines {
    private static final String ENDING = ".img";

    private RawMachines() {}

    static String make(Path root, String name, List<byte[]> disks) throws IOException {
        Path folder = Files.createDirectories(root.resolve(name));
        for (int i = 0; i < disks.size(); i++) {
            Files.write(folder.resolve("disk" + i + ENDING), disks.get(i));
        }
        return name;
    }

    static Map<String, byte[]> contents(Path root, String machine) throws IOException {
        Map<String, byte[]> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(root.resolve(machine))) {
            for (Path file : files.filter(f -> f.toString().endsWith(ENDING)).toList()) {
                String name = file.getFileName().toString();
                found.put(name.substring(0, name.length() - ENDING.length()), Files.readAllBytes(file));
            }
        }
        return found;
    }

    static void change(Path root, String machine, String key, long offset, byte[] bytes) throws IOException {
        Path image = root.resolve(machine).resolve(key + ENDING);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(offset);
            file.write(bytes);
        }
    }

    static Set<String> things(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(Path::toString).collect(Collectors.toSet());
        }
    }
}
