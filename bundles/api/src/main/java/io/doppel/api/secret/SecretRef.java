package io.doppel.api.secret;

import java.util.Objects;

/**
 * A reference to a secret; it can be logged and stored anywhere.
 *
 * @param id opaque id given by the store
 */
public record SecretRef(String id) {
    /** Checks the id. */
    public SecretRef {
        Objects.requireNonNull(id);
    }
}
