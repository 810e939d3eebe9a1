package io.doppel.disks;

import java.nio.file.Path;

/**
 * What the file system says about a file at one instant. Two equal states mean that nobody wrote the file in between
 * through the usual calls. (A program that writes through a memory map may delay the time stamp until the kernel writes
 * the page back; no hypervisor does that to its images.)
 *
 * @param key identifies the file itself whatever its name, for example device and inode number
 * @param size bytes
 * @param modified time of the last write, nanoseconds since 1970
 * @param changed time of the last change of any kind, nanoseconds since 1970; cannot be set back by a program
 */
public record FileState(String key, long size, long modified, long changed) {
    /** The later of the two times. */
    public long latest() {
        return Math.max(modified, changed);
    }

    /** Says in words what differs, for a person. */
    public String differenceTo(FileState now, Path file) {
        if (!key.equals(now.key)) {
            return file + " was replaced by another file while it was in use";
        }
        if (size != now.size) {
            return file + " went from " + size + " to " + now.size + " bytes while it was in use";
        }
        return file + " was written while it was in use";
    }
}
