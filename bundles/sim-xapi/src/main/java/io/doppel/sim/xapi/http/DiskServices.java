package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.SimPool;
import io.doppel.sim.xapi.disk.DiskStore;

/** The streams of disks and machines: exports and imports over HTTP. */
public final class DiskServices {
    private DiskServices() {}

    /** Gives a pool its disks, and these services for them. */
    public static SimPool.Builder mount(SimPool.Builder pool, DiskStore store, StreamScript script) {
        return pool.disks(store)
                .mount("GET", "/export", new ExportVm(store, script))
                .mount("GET", "/export_metadata", new ExportMetadata(script))
                .mount("GET", "/export_raw_vdi", new ExportVdi(store, script))
                .mount("PUT", "/import", new ImportVm(store, script))
                .mount("PUT", "/import_raw_vdi", new ImportVdi(store, script));
    }
}
