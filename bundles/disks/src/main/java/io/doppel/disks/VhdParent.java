package io.doppel.disks;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * The image on which a differencing VHD rests.
 *
 * @param id its unique id
 * @param name its file name, which must be in the child's folder when the chain is opened: 1 to 255 characters in UTF-16,
 *     1 to 1000 bytes in UTF-8, without slash, backslash and NUL, and neither {@code .} nor {@code ..}
 * @param modified when it was last changed; seconds count
 */
public record VhdParent(UUID id, String name, Instant modified) {
    private static final int LONGEST = 255;
    private static final int MOST_BYTES = 1000;

    /** Checks the name. */
    public VhdParent {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(modified, "modified");
        boolean good = !name.isEmpty()
                && name.length() <= LONGEST
                && name.getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == 0)
                && !name.equals(".")
                && !name.equals("..");
        if (!good) {
            throw new IllegalArgumentException("not a parent's file name: " + name);
        }
    }
}
