package io.doppel.mover;

import io.doppel.tck.MemoryStorage;
import io.doppel.vault.Vault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A vault of which is known, without asking the vault's code, which versions need which bytes of which object. Disks are blocks of
 * 32 KiB of noise between zeros; docs/vault-format.md §4 to §6 make each of them one chunk, stored as it is, in one record of the
 * pack of the version that had it first, in the order of the disk.
 */
final class KnownVault {
    private static final int BLOCK = 32 << 10;
    private static final int STRIDE = 128 << 10;
    private static final int PLACES = 10;
    private static final int HEADER = 64;
    private static final int RECORD = BLOCK + 16;

    /** For each version the noise in each place, 0 for none. */
    private static final int[][] VERSIONS = {
        {1, 2, 3, 4, 5, 6},
        {1, 2, 7, 4, 5, 6, 8},
        {20, 21, 22, 23, 24},
        {20, 21, 22, 4, 5, 6, 8, 0, 30},
        {20, 21, 22, 4, 5, 6, 8, 31, 30}
    };

    private final MemoryStorage storage = new MemoryStorage();
    private final Map<String, Set<Integer>> versions = new LinkedHashMap<>();
    private final Map<String, List<Integer>> packs = new TreeMap<>();
    private final List<MemoryStorage.Content> lives = new ArrayList<>();

    /** Makes it in several lives of a server, so that there are several leases and heads. */
    KnownVault(Path state) throws Exception {
        Vault.create(storage, state, Rig.OWNER, "zstd", "a passphrase".toCharArray())
                .close();
        Set<Integer> known = new TreeSet<>();
        for (int[] version : VERSIONS) {
            Set<String> before = storage.content().names();
            try (Vault vault = Rig.open(storage, state)) {
                String id = Machine.backup(vault, Map.of("d", new Bytes(disk(version))), Rig.NEVER);
                versions.put(id, blocks(version));
            }
            List<Integer> added = new ArrayList<>();
            for (int block : version) {
                if (block > 0 && known.add(block)) {
                    added.add(block);
                }
            }
            for (String name : storage.content().names()) {
                if (name.startsWith("data/") && !before.contains(name)) {
                    packs.put(name, added);
                }
            }
            lives.add(storage.content().copy());
        }
    }

    private static Set<Integer> blocks(int[] version) {
        Set<Integer> all = new TreeSet<>();
        for (int block : version) {
            all.add(block);
        }
        all.remove(0);
        return all;
    }

    private static byte[] disk(int[] version) {
        byte[] disk = new byte[PLACES * STRIDE];
        for (int i = 0; i < version.length; i++) {
            if (version[i] > 0) {
                byte[] noise = new byte[BLOCK];
                new Random(version[i]).nextBytes(noise);
                System.arraycopy(noise, 0, disk, i * STRIDE, BLOCK);
            }
        }
        return disk;
    }

    /** What the vault holds in the end. */
    MemoryStorage.Content content() {
        return storage.content();
    }

    /** Names of the objects that say something; the reserve's bytes do not. */
    List<String> objects() {
        return content().names().stream()
                .filter(name -> !name.startsWith("reserve/"))
                .toList();
    }

    /** What it held after each version. */
    List<MemoryStorage.Content> lives() {
        return lives;
    }

    /** The versions, oldest first, with the content of their disk. */
    Map<String, byte[]> disks() {
        Map<String, byte[]> disks = new LinkedHashMap<>();
        int i = 0;
        for (String id : versions.keySet()) {
            disks.put(id, disk(VERSIONS[i++]));
        }
        return disks;
    }

    /** The versions that need that byte of that object, which still can be opened. */
    Set<String> dependents(String object, int at) {
        List<Integer> blocks = packs.get(object);
        int record = (at - HEADER) / RECORD;
        if (blocks == null || at < HEADER || record >= blocks.size()) {
            return dependents(object);
        }
        return holding(List.of(blocks.get(record)));
    }

    /** The versions that need that object: of nodes there are two copies, and an index segment is made again. */
    Set<String> dependents(String object) {
        String name = object.substring(object.lastIndexOf('/') + 1);
        return object.startsWith("versions/") ? Set.of(name) : holding(packs.getOrDefault(object, List.of()));
    }

    private Set<String> holding(Collection<Integer> blocks) {
        Set<String> ids = new TreeSet<>();
        versions.forEach((id, has) -> {
            if (blocks.stream().anyMatch(has::contains)) {
                ids.add(id);
            }
        });
        return ids;
    }

    /** The objects by kind: the first part of the name, with the ending if there is one. */
    Map<String, List<String>> kinds() {
        Map<String, List<String>> kinds = new TreeMap<>();
        for (String name : objects()) {
            int dot = name.indexOf('.');
            String kind = name.replaceFirst("/.*", "") + (dot < 0 ? "" : name.substring(dot));
            kinds.computeIfAbsent(kind, k -> new ArrayList<>()).add(name);
        }
        return kinds;
    }
}
