package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;

/** An index segment is missing or damaged. */
final class SegmentProblem extends DoppelException {
    private static final long serialVersionUID = 1L;

    private final String segment;

    SegmentProblem(String segment, ErrorCode code, String what) {
        super(code, what);
        this.segment = segment;
    }

    /** Its name. */
    String segment() {
        return segment;
    }
}
