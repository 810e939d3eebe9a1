package io.doppel.bench.storm;

/** What a thread of a server is doing; threads that it starts do the same. */
enum Work {
    /** Opening the vault, taking it over if need be. */
    OPEN,
    /** Storing a disk, as a whole or its changes. */
    BACKUP,
    /** Removing versions. */
    REMOVE,
    /** Giving back space. */
    PURGE,
    /** Verifying the whole vault. */
    VALIDATE,
    /** Beginning a key epoch, replacing the key file, adding and removing slots. */
    KEYS,
    /** Reading a version. */
    RESTORE,
    /** Closing the vault. */
    CLOSE;

    private static final ThreadLocal<Work> CURRENT = new InheritableThreadLocal<>();

    /** What this thread does from now on. */
    void begins() {
        CURRENT.set(this);
    }

    /** What this thread is doing; null before the first. */
    static Work current() {
        return CURRENT.get();
    }
}
