package io.doppel.spi.storage;

import io.doppel.api.error.DoppelException;

/** The rules for names of objects, which every storage target checks before it touches anything. */
public final class ObjectNames {
    private static final int MAX_PARTS = 8;
    private static final int MAX_PART_LENGTH = 100;

    private ObjectNames() {}

    /**
     * Checks a whole name: one to eight parts of {@code [a-z0-9._-]}, each 1 to 100 characters and not starting with a dot,
     * joined by {@code /}.
     *
     * @throws DoppelException {@link StorageError#BAD_NAME}
     */
    public static void check(String name) throws DoppelException {
        int parts = 0;
        int start = 0;
        while (start <= name.length()) {
            int slash = name.indexOf('/', start);
            int end = slash < 0 ? name.length() : slash;
            if (++parts > MAX_PARTS || !isPart(name, start, end)) {
                throw new DoppelException(StorageError.BAD_NAME, "'" + name + "' is not a name of an object");
            }
            start = end + 1;
        }
    }

    /**
     * Checks a prefix for {@link Storage#list}: whole parts, or empty for all.
     *
     * @throws DoppelException {@link StorageError#BAD_NAME}
     */
    public static void checkPrefix(String prefix) throws DoppelException {
        if (!prefix.isEmpty()) {
            check(prefix);
        }
    }

    /** Whether the text can be one part of a name. */
    public static boolean isPart(String text) {
        return isPart(text, 0, text.length());
    }

    private static boolean isPart(String text, int start, int end) {
        if (end <= start || end - start > MAX_PART_LENGTH || text.charAt(start) == '.') {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-')) {
                return false;
            }
        }
        return true;
    }
}
