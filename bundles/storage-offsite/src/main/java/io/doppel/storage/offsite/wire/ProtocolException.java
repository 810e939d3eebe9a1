package io.doppel.storage.offsite.wire;

import java.io.IOException;

/** The other side does not keep to the protocol; the connection must end. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param what what was wrong, without content of frames */
    public ProtocolException(String what) {
        super(what);
    }
}
