package io.doppel.core.internal.retention;

import io.doppel.api.vault.VersionView;

/** Versions in words. */
public final class VersionText {
    private VersionText() {}

    /** What people know it by, to be set after the word "version": its id, whose it is and of when. */
    public static String of(VersionView version) {
        return version.id() + " of '" + version.machineName() + "', taken " + version.takenAt();
    }
}
