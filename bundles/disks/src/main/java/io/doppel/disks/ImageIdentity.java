package io.doppel.disks;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * State of an image and all its parents at one instant. As text it travels through a {@code DiskAccess}, so that a reader
 * opened later proves that it reads what the snapshot saw.
 *
 * @param files state of the image, then of its parent, and so on
 */
public record ImageIdentity(List<FileState> files) {
    /** Copies. */
    public ImageIdentity {
        files = List.copyOf(files);
    }

    /** The identity as text without blanks. */
    public String toText() {
        return files.stream()
                .map(f -> String.join(
                        "/", f.key(), Long.toString(f.size()), Long.toString(f.modified()), Long.toString(f.changed())))
                .collect(Collectors.joining(";"));
    }

    /**
     * Reads what {@link #toText} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static ImageIdentity parse(String text) {
        return new ImageIdentity(
                Arrays.stream(text.split(";")).map(ImageIdentity::parseFile).toList());
    }

    private static FileState parseFile(String text) {
        String[] parts = text.split("/");
        if (parts.length != 4) {
            throw new IllegalArgumentException("not an image identity: " + text);
        }
        return new FileState(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseLong(parts[3]));
    }
}
