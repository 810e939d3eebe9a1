package io.doppel.spi.storage;

import io.doppel.api.error.DoppelException;
import org.osgi.annotation.versioning.ConsumerType;

/** One object being written; used by one thread at a time. */
@ConsumerType
public interface ObjectWriter extends AutoCloseable {
    /** Appends bytes; the array may be used again on return. */
    void write(byte[] buffer, int from, int length) throws DoppelException;

    /**
     * Gives the object its name. On return the object is whole, durable against power loss, readable and listed. If the
     * name exists, even by a racing writer, this fails and the existing object is unharmed: of several racing writers
     * exactly one succeeds.
     *
     * @throws DoppelException {@link StorageError#EXISTS}; {@link StorageError#FULL}; after any other failure it is unknown
     *     whether the object exists, and it is whole if it does
     */
    void commit() throws DoppelException;

    /** Without a successful commit before it: drops everything written. Never fails; a second close does nothing. */
    @Override
    void close();
}
