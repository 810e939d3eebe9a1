package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Records kept under unique names. Safe for several threads; changes are durable on return.
 *
 * @param <T> kind of record
 */
@ProviderType
public interface NamedRecords<T> {
    /**
     * Keeps a new record.
     *
     * @throws DoppelException {@code CommonError.EXISTS} if the name is taken; {@link CatalogError#TOO_LONG}
     */
    void add(T record) throws DoppelException;

    /** Keeps a record, replacing one of the same name. */
    void put(T record) throws DoppelException;

    /** The record of that name. */
    Optional<T> find(String name) throws DoppelException;

    /** All records, by name. */
    List<T> all() throws DoppelException;

    /**
     * Forgets a record and what hangs on it.
     *
     * @return whether there was one
     */
    boolean remove(String name) throws DoppelException;
}
