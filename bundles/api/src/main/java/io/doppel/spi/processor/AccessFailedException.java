package io.doppel.spi.processor;

import io.doppel.api.error.DoppelException;
import java.util.Objects;

/** A transfer's failure that came from the access by which a disk is read, so that another access may do better. */
public final class AccessFailedException extends DoppelException {
    private static final long serialVersionUID = 1L;

    private final String diskKey;

    /**
     * The failure of a disk's source.
     *
     * @param cause what failed; its code and text are this one's too
     */
    public AccessFailedException(String diskKey, DoppelException cause) {
        super(cause.code(), cause.what(), cause);
        this.diskKey = Objects.requireNonNull(diskKey);
    }

    /** The disk. */
    public String diskKey() {
        return diskKey;
    }
}
