package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import org.junit.jupiter.api.function.Executable;

/** Expects coded errors. */
final class CodedErrors {
    private CodedErrors() {}

    static DoppelException assertCode(ErrorCode code, Executable call) {
        DoppelException e = assertThrows(DoppelException.class, call);
        assertEquals(code.id(), e.code().id(), e::getMessage);
        return e;
    }
}
