package io.doppel.core.internal.retention;

import io.doppel.api.error.DoppelException;
import java.util.List;

/** Takes versions out of their vault and out of the catalogue. */
@FunctionalInterface
public interface VersionRemover {
    /** Removes versions of one vault, by its name here: all of them or, on failure, none. */
    void remove(String vault, List<String> versionIds) throws DoppelException;
}
