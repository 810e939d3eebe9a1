package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;

/** The failures that objects cause. */
public final class Problems {
    private Problems() {}

    static DoppelException damaged(String name, String why) {
        return new DoppelException(VaultError.DAMAGED_OBJECT, "'" + name + "' is damaged: " + why);
    }

    static DoppelException missing(String name) {
        return new DoppelException(VaultError.MISSING_OBJECT, "'" + name + "' is missing");
    }

    /** That there is no such version. */
    public static DoppelException noVersion(String id) {
        return new DoppelException(VaultError.NO_VERSION, "There is no version '" + id + "'");
    }

    /** Whether an object is to blame, and not the way to it. */
    public static boolean isObjectFault(DoppelException e) {
        return e.is(VaultError.DAMAGED_OBJECT) || e.is(VaultError.MISSING_OBJECT) || e.is(VaultError.ROLLED_BACK);
    }

    /** Whether the rest of the target may be readable all the same: an object's fault, or a bad sector below it. */
    public static boolean mayBeOfOneObject(DoppelException e) {
        return isObjectFault(e) || e.is(StorageError.IO) || e.is(StorageError.DENIED);
    }
}
