package io.doppel.vault.internal.pack;

/** Names of objects. */
public final class ObjectName {
    private ObjectName() {}

    /** What is behind the last slash; all of it if there is none. */
    public static String last(String object) {
        return object.substring(object.lastIndexOf('/') + 1);
    }
}
