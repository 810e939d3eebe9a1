package io.doppel.catalog.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.catalog.BaseRecords;
import io.doppel.catalog.Catalog;
import io.doppel.catalog.ExportBounds;
import io.doppel.catalog.ExportSink;
import io.doppel.catalog.HostRecord;
import io.doppel.catalog.MemoryRecords;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.RetentionRecords;
import io.doppel.catalog.RunRecords;
import io.doppel.catalog.SpaceRecords;
import io.doppel.catalog.UseRecords;
import io.doppel.catalog.ValidationRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.catalog.VersionRecords;

/** The catalogue in a relational database. */
public final class SqlCatalog implements Catalog {
    private final DerbyDatabase database;
    private final NamedRecords<HostRecord> hosts;
    private final NamedRecords<VaultRecord> vaults;
    private final NamedRecords<JobDefinition> definitions;
    private final RunRecords runs;
    private final VersionRecords versions;
    private final MemoryRecords memory;
    private final BaseRecords bases;
    private final RetentionRecords retention;
    private final UseRecords use;
    private final ValidationRecords validation;
    private final SpaceRecords space;

    private SqlCatalog(DerbyDatabase database) throws DoppelException {
        this.database = database;
        hosts = new SqlHosts(database);
        vaults = new SqlVaults(database);
        definitions = new SqlDefinitions(database);
        runs = new SqlRuns(database);
        versions = new SqlVersions(database);
        memory = new SqlMemory(database);
        bases = new SqlBases(database);
        retention = new SqlRetention(database);
        use = new SqlUse(database);
        validation = new SqlValidation(database);
        space = new SqlSpace(database);
    }

    /** Brings the database to this version's schema; closes it if that fails. */
    public static Catalog open(DerbyDatabase database) throws DoppelException {
        boolean ready = false;
        try {
            Migrations.run(database, Migrations.ours());
            Catalog catalog = new SqlCatalog(database);
            ready = true;
            return catalog;
        } finally {
            if (!ready) {
                database.close();
            }
        }
    }

    @Override
    public NamedRecords<HostRecord> hosts() {
        return hosts;
    }

    @Override
    public NamedRecords<VaultRecord> vaults() {
        return vaults;
    }

    @Override
    public NamedRecords<JobDefinition> definitions() {
        return definitions;
    }

    @Override
    public RunRecords runs() {
        return runs;
    }

    @Override
    public VersionRecords versions() {
        return versions;
    }

    @Override
    public MemoryRecords memory() {
        return memory;
    }

    @Override
    public BaseRecords bases() {
        return bases;
    }

    @Override
    public RetentionRecords retention() {
        return retention;
    }

    @Override
    public UseRecords use() {
        return use;
    }

    @Override
    public ValidationRecords validation() {
        return validation;
    }

    @Override
    public SpaceRecords space() {
        return space;
    }

    @Override
    public void onChange(Runnable told) {
        database.onChange(told);
    }

    @Override
    public int schema() {
        return Migrations.ours().size();
    }

    @Override
    public void export(ExportBounds bounds, ExportSink sink) throws DoppelException {
        new SqlExport(database, bounds, sink).run();
    }

    @Override
    public void close() {
        database.close();
    }
}
