package io.doppel.cifs.it;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.ErrorCode;
import io.doppel.core.JobError;
import io.doppel.mover.MoverError;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.CifsError;
import io.doppel.vault.VaultError;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The codes that a run with a vault on a share may end with. */
final class Codes {
    private static final Map<String, ErrorCode> ALL = Stream.<ErrorCode[]>of(
                    CifsError.values(),
                    StorageError.values(),
                    CommonError.values(),
                    JobError.values(),
                    VaultError.values(),
                    MoverError.values())
            .flatMap(Stream::of)
            .collect(Collectors.toMap(ErrorCode::id, Function.identity()));

    private Codes() {}

    /** The code of that id; there must be one. */
    static ErrorCode of(String id) {
        ErrorCode code = ALL.get(id);
        if (code == null) {
            throw new AssertionError("'" + id + "' is no code");
        }
        return code;
    }
}
