package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;

/**
 * Something wrong with an object of the vault.
 *
 * @param object its name
 * @param reason what is wrong, a sentence without a final full stop
 * @param code the kind
 * @param vital whether nobody can open the vault any more because of it
 */
public record ObjectProblem(String object, String reason, ErrorCode code, boolean vital) {
    /** A problem that leaves the rest of the vault readable. */
    static ObjectProblem of(String object, DoppelException e) {
        return new ObjectProblem(object, e.what(), e.code(), false);
    }

    ObjectProblem notVital() {
        return new ObjectProblem(object, reason, code, false);
    }
}
