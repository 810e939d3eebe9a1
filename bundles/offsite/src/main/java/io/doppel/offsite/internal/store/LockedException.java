package io.doppel.offsite.internal.store;

import io.doppel.api.error.DoppelException;
import io.doppel.storage.offsite.wire.ModuleError;

/** The module's admin locked the store. */
public final class LockedException extends DoppelException {
    private static final long serialVersionUID = 1L;

    LockedException() {
        super(ModuleError.LOCKED, "this client is locked by the module's admin");
    }
}
