package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import io.doppel.catalog.internal.SqlRebuild;
import java.nio.file.Path;

/**
 * Makes a catalogue of what {@link Catalog#export} handed out. Used by one thread. If anything fails, the folder is of no use and is to
 * be deleted.
 */
public interface CatalogRebuild extends AutoCloseable {
    /**
     * Makes an empty catalogue of the schema that the export has.
     *
     * @param folder does not exist yet, or is empty
     * @param schema as {@link Catalog#schema} of the catalogue that was exported
     * @throws DoppelException {@link CatalogError#NEWER_SCHEMA}; {@link CatalogError}
     */
    static CatalogRebuild begin(Path folder, int schema) throws DoppelException {
        return SqlRebuild.begin(folder, schema);
    }

    /**
     * Takes a part, in any order.
     *
     * @throws DoppelException {@link CatalogError#BAD_EXPORT}
     */
    void part(byte[] text) throws DoppelException;

    /** Puts all parts into the catalogue, brings it to this version's schema and closes it; then it can be opened. */
    void finish() throws DoppelException;

    /** Closes it. */
    @Override
    void close();
}
