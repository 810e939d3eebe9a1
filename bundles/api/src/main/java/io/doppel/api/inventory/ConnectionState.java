package io.doppel.api.inventory;

/** Whether a host or vault can be used now. */
public enum ConnectionState {
    /** Usable. */
    CONNECTED,
    /** Usable for reading only. */
    READ_ONLY,
    /** The last attempt failed. */
    FAILED,
    /** Its plug-in is not there. */
    NO_PLUGIN,
    /** Not tried yet. */
    UNKNOWN
}
