package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.catalog.internal.DerbyDatabase;
import io.doppel.catalog.internal.SqlCatalog;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the server remembers. All failures are {@link CatalogError}s; a method that only reads may be repeated after any of
 * them.
 */
@ProviderType
public interface Catalog extends AutoCloseable {
    /**
     * Opens the embedded catalogue in a folder, makes it if there is none and brings it to this version's schema.
     * One process has it open at a time.
     *
     * @param folder folder for the database and its log; made if absent
     * @throws DoppelException {@link CatalogError}; what was stored is unharmed then
     */
    static Catalog open(Path folder) throws DoppelException {
        return SqlCatalog.open(DerbyDatabase.open(folder));
    }

    /** The hosts. */
    NamedRecords<HostRecord> hosts();

    /** The vaults; removing one forgets its versions here. */
    NamedRecords<VaultRecord> vaults();

    /** The kept definitions. */
    NamedRecords<JobDefinition> definitions();

    /** The runs. */
    RunRecords runs();

    /** The versions. */
    VersionRecords versions();

    /** What plug-ins remember about hosts. */
    MemoryRecords memory();

    /** The change bases. */
    BaseRecords bases();

    /** What decides which versions are kept. */
    RetentionRecords retention();

    /** How much of the vaults was in use. */
    UseRecords use();

    /** How vaults are validated. */
    ValidationRecords validation();

    /** The limits of free space. */
    SpaceRecords space();

    /**
     * Has somebody told after each change but those of runs, on the thread that made it; soon, and from several threads.
     *
     * @param told replaces who was told before
     */
    void onChange(Runnable told);

    /** Number of this version's schema. */
    int schema();

    /** Hands out all that is kept, so that {@link CatalogRebuild} makes the same of it, in this version of Doppel or a later one. */
    void export(ExportBounds bounds, ExportSink sink) throws DoppelException;

    /** Shuts the database down. A second close does nothing. */
    @Override
    void close();
}
