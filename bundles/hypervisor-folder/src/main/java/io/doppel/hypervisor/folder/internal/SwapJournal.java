package io.doppel.hypervisor.folder.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The decision to put a restore's new files in place, written to its hidden folder: once it is durable the swap is
 * completed, now or after a crash; before, it never happened.
 *
 * @param restoreId the restore
 * @param machineId the machine
 * @param replaced names in the machine's folder of what goes to the kept folder
 * @param placed names in the hidden folder of what comes into the machine's folder
 */
record SwapJournal(String restoreId, String machineId, List<String> replaced, List<String> placed) {
    private static final String NAME = ".journal";

    static boolean isIn(Path workFolder) {
        return FolderFiles.exists(workFolder.resolve(NAME));
    }

    static SwapJournal read(Path workFolder) throws IOException {
        Properties p = load(workFolder.resolve(NAME));
        return new SwapJournal(
                p.getProperty("restore"), p.getProperty("machine"), list(p, "replaced"), list(p, "placed"));
    }

    void write(Path workFolder) throws IOException {
        Properties p = new Properties();
        p.setProperty("restore", restoreId);
        p.setProperty("machine", machineId);
        put(p, "replaced", replaced);
        put(p, "placed", placed);
        FolderFiles.writeWhole(workFolder.resolve(NAME), bytes(p));
    }

    static void delete(Path workFolder) throws IOException {
        Files.deleteIfExists(workFolder.resolve(NAME));
        FolderFiles.sync(workFolder);
    }

    static Properties load(Path file) throws IOException {
        Properties p = new Properties();
        try {
            p.load(new ByteArrayInputStream(Files.readAllBytes(file)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
        return p;
    }

    static byte[] bytes(Properties p) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        p.store(out, null);
        return out.toByteArray();
    }

    private static void put(Properties p, String key, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            p.setProperty(key + "." + i, names.get(i));
        }
    }

    private static List<String> list(Properties p, String key) {
        List<String> names = new ArrayList<>();
        for (String name = p.getProperty(key + ".0"); name != null; name = p.getProperty(key + "." + names.size())) {
            names.add(name);
        }
        return names;
    }
}
