package io.doppel.vault.internal.pack;

/** What a record holds and what a pack is made of. */
public enum ObjectKind {
    /** A chunk; packs under {@code data/}. */
    DATA(1, "data"),
    /** A tree node; packs under {@code tree/}. */
    NODE(2, "tree");

    private final int code;
    private final String folder;

    ObjectKind(int code, String folder) {
        this.code = code;
        this.folder = folder;
    }

    /** The byte that stands for it. */
    public byte code() {
        return (byte) code;
    }

    /** Where its packs are. */
    public String folder() {
        return folder;
    }

    /** The object name of a pack. */
    public String objectName(String pack) {
        return folder + '/' + pack.substring(0, 2) + '/' + pack;
    }

    /** The kind with that byte, or null. */
    public static ObjectKind of(int code) {
        return code == 1 ? DATA : code == 2 ? NODE : null;
    }
}
