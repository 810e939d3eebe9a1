package io.doppel.spi.storage;

import io.doppel.api.error.DoppelException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Immutable named objects. Called from many threads at once. Names are one to eight parts of {@code [a-z0-9._-]},
 * each 1 to 100 characters and not starting with a dot, joined by {@code /}; anything else is {@link
 * StorageError#BAD_NAME}. Sizes go from 0 to 16 GiB. Nothing here retries, caches or throttles: the core does. Every
 * failure is a {@link StorageError}; only if the account or the protection of the connection does not do any more, it may be the code with which the
 * plug-in would refuse to open the target.
 */
@ConsumerType
public interface Storage extends AutoCloseable {
    /** What this target can do; constant. */
    StorageCapabilities capabilities();

    /**
     * Starts a new object. Nothing of it is visible under the name, to anybody, before {@link ObjectWriter#commit()}.
     */
    ObjectWriter put(String name) throws DoppelException;

    /**
     * Fills {@code buffer[from, from+length)} with the object's bytes at {@code offset}. Never returns less.
     *
     * @throws DoppelException {@link StorageError#NOT_FOUND}; {@link StorageError#TOO_SHORT} if the object ends before
     */
    void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException;

    /**
     * Tells every object whose name starts with {@code prefix} (whole parts: {@code a/b} or empty for all; no order).
     * Objects committed before the call and not deleted are told exactly once; later ones may be. Temporary things are not
     * told.
     */
    void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException;

    /** Size and time of an object; empty if there is none. */
    Optional<ObjectInfo> stat(String name) throws DoppelException;

    /** Deletes an object, durably on return. Idempotent: an absent object is no failure. */
    void delete(String name) throws DoppelException;

    /** Space of the target; empty if it cannot tell. */
    Optional<StorageSpace> space() throws DoppelException;

    /**
     * What the target tells about itself, for people who test it: names in lower case with dashes, values of one line. Names that mean
     * the same everywhere: {@code server} (product and version), {@code dialect} (protocol and version), {@code signing}, {@code cipher},
     * {@code file-system}, {@code flush} (what a commit waits for until an object counts as durable), {@code delete} (what becomes of a deleted
     * object that does not give its space back at once). What is not known is left out.
     * Never a secret.
     *
     * @return in the order in which people read them; empty if it tells nothing
     */
    default Map<String, String> facts() throws DoppelException {
        return Map.of();
    }

    /**
     * Makes a credential weaker than the server's own, for a remote processor.
     *
     * @return empty if {@link StorageCapabilities#grants()} is false; the processor then goes through the server
     */
    Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) throws DoppelException;

    /**
     * Ends connections and threads. Writers that are open are aborted. Calls that are out on other threads fail soon, as far as the target
     * lets them. A second close does nothing.
     */
    @Override
    void close();
}
