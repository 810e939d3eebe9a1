package io.doppel.vault;

import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.meta.MapStorage;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackWriter;
import java.util.Random;

/** Packs of many records that hold next to nothing. */
final class TinyRecords {
    private TinyRecords() {}

    /** Stores a pack of so many records, other ones for each number. */
    static PackInfo pack(MapStorage storage, VaultMeta meta, int number, int records) throws Exception {
        // ids are uniform, and the index relies on that
        Random random = new Random(number);
        Gcm gcm = new Gcm();
        int epoch = meta.keys().currentEpoch();
        byte[] body = new byte[8];
        byte[] sealed = new byte[body.length + Gcm.TAG];
        try (PackWriter pack =
                new PackWriter(storage, ObjectKind.DATA, epoch, meta.keys().root(epoch))) {
            for (int i = 0; i < records; i++) {
                byte[] id = new byte[32];
                random.nextBytes(id);
                pack.add(id, (byte) 0, body.length, body, 0, body.length, sealed, gcm);
            }
            return pack.commit(gcm);
        }
    }
}
