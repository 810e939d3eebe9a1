package io.doppel.api.inventory;

import java.util.Objects;

/**
 * A disk of a machine.
 *
 * @param key stable key within its machine (device position or the hypervisor's id, never an index in a list)
 * @param name name for people
 * @param size size in bytes as the machine sees it, 0 or more
 * @param format image format or kind, for example {@code raw}, {@code qcow2}, {@code vhd}
 * @param excluded why a backup that does not name it leaves it out ({@code [NOBAK]} in its name, for example), a sentence;
 *     empty if it does not
 */
public record MachineDisk(String key, String name, long size, String format, String excluded) {
    /** Checks the parts. */
    public MachineDisk {
        Objects.requireNonNull(key);
        Objects.requireNonNull(name);
        Objects.requireNonNull(format);
        Objects.requireNonNull(excluded);
        if (size < 0) {
            throw new IllegalArgumentException("size " + size);
        }
    }

    /** A disk that no backup leaves out. */
    public MachineDisk(String key, String name, long size, String format) {
        this(key, name, size, format, "");
    }
}
