package io.doppel.storage.local.internal;

import java.nio.file.Path;

/**
 * One thing that happened, in order.
 *
 * @param path what it was done to
 * @param other the new name of a link
 * @param bytes what was written, or the object's content for the marks
 */
record Op(Kind kind, Path path, Path other, byte[] bytes) {
    enum Kind {
        CREATE,
        WRITE,
        SYNC_FILE,
        LINK,
        REMOVE,
        MAKE_FOLDER,
        SYNC_FOLDER,
        /** Not an operation: the caller may rely on the object from here on. */
        RELIED_ON,
        /** Not an operation: the object is being deleted or put again, so it may be there or not from here on. */
        UNCERTAIN,
        /** Not an operation: the caller may rely on the object's absence from here on. */
        GONE;

        boolean isSync() {
            return this == SYNC_FILE || this == SYNC_FOLDER;
        }
    }

    /** Short form that shows the order. */
    String shown(Path base) {
        return kind + " " + base.relativize(path);
    }
}
