package io.doppel.vault.internal.verify;

import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.meta.MapStorage;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.Ids;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackWriter;
import java.util.Map;
import java.util.Random;

/** Packs in memory, without a vault around them. */
final class Packs {
    /** Bytes of a record's content. */
    static final int RAW = 60_000;

    final MapStorage storage = new MapStorage();
    final KeyRing keys = new KeyRing(new byte[32], Map.of(1, new byte[32]));
    final ChunkIndex index = new ChunkIndex();
    private final Random random = new Random(5);

    /** Stores a pack of data with as many records and makes it known to the index. */
    PackInfo add(int records) throws Exception {
        Ids ids = new Ids(keys.idKey());
        Gcm gcm = new Gcm();
        byte[] raw = new byte[RAW];
        byte[] scratch = new byte[RAW + Gcm.TAG];
        try (PackWriter pack =
                new PackWriter(storage, ObjectKind.DATA, keys.currentEpoch(), keys.root(keys.currentEpoch()))) {
            for (int i = 0; i < records; i++) {
                random.nextBytes(raw);
                byte[] id = ids.id(ObjectKind.DATA, raw, 0, RAW);
                pack.add(id, Codec.STORED, RAW, raw, 0, RAW, scratch, gcm);
            }
            PackInfo info = pack.commit(gcm);
            index.add(info);
            return info;
        }
    }
}
