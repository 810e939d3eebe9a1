package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.spi.disk.DiskReader;
import io.doppel.vault.Vault;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What runs on one vault said about versions, and whether it is kept. */
final class Promises {
    private static final String DISK = "disk";

    private final Map<String, String> reported = new LinkedHashMap<>();
    private final Set<String> attempted = new HashSet<>();
    private final Set<String> checked = new HashSet<>();
    private int compared;

    /** A run is about to store a machine's disk as it is now. @return the disk's digest */
    String attempt(Machine machine) throws Exception {
        String digest = Digest.of(machine.image);
        attempted.add(digest);
        return digest;
    }

    /** A run said that the disk with that digest is stored. */
    void reported(String version, String digest) {
        reported.put(version, digest);
    }

    /** A version was removed in good order. */
    void removed(String version) {
        reported.remove(version);
    }

    /** How many versions were compared so far. */
    int compared() {
        return compared;
    }

    /**
     * Asserts that the vault holds every version that was reported, with the bits of its time, and no other than one that a run which
     * did not report it had begun, with the bits of that run. Compares the bits of those that were not compared before.
     */
    void assertKept(Vault vault) throws Exception {
        List<String> listed = vault.versionIds();
        for (String version : reported.keySet()) {
            assertTrue(listed.contains(version), () -> "version " + version + " was reported and is gone");
        }
        for (String version : listed) {
            if (checked.add(version)) {
                compare(vault, version);
            }
        }
    }

    /** The same, and compares the bits of all. */
    void assertAllKept(Vault vault) throws Exception {
        checked.clear();
        assertKept(vault);
    }

    private void compare(Vault vault, String version) throws Exception {
        String found;
        try (DiskReader disk = vault.openDisk(version, DISK)) {
            found = Digest.of(disk);
        }
        if (reported.containsKey(version)) {
            assertEquals(reported.get(version), found, () -> "version " + version + " restores to other bits");
        } else {
            assertTrue(attempted.contains(found), () -> "version " + version + " holds what no run saw");
        }
        compared++;
    }
}
