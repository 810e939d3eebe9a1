package io.doppel.offsite.internal.store;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;

/** The attempt was settled before it came to its end. */
public final class VoidException extends DoppelException {
    private static final long serialVersionUID = 1L;

    VoidException() {
        super(StorageError.IO, "the attempt was settled before");
    }
}
