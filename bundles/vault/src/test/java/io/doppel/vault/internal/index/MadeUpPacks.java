package io.doppel.vault.internal.index;

import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.meta.MapStorage;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Packs that only their footers tell of, and a vault's storage for their segments. */
final class MadeUpPacks {
    static final String VAULT = "3f2a0b6c-1111-4222-8333-444455556666";

    final MapStorage storage = new MapStorage();
    final KeyRing keys = new KeyRing(new byte[32], Map.of(1, new byte[32]));
    final IndexSegments segments = new IndexSegments(storage, keys);
    final Random random = new Random(7);

    IndexCache cache(Path folder) {
        return new IndexCache(folder, VAULT, segments);
    }

    byte[] id() {
        byte[] id = new byte[32];
        random.nextBytes(id);
        return id;
    }

    String name() {
        return HexFormat.of().formatHex(id(), 0, 16);
    }

    /** A pack of new records. */
    PackInfo pack(int records) {
        List<byte[]> ids = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            ids.add(id());
        }
        return pack(ids);
    }

    /** A pack of these records. */
    PackInfo pack(List<byte[]> ids) {
        return pack(ObjectKind.DATA, ids);
    }

    PackInfo pack(ObjectKind kind, List<byte[]> ids) {
        List<RecordInfo> records = new ArrayList<>();
        long offset = 64;
        for (byte[] id : ids) {
            int stored = 1000 + random.nextInt(100_000);
            records.add(new RecordInfo(id, (byte) 2, stored * 2, stored, offset));
            offset += stored;
        }
        return new PackInfo(name(), kind, offset + 1000, records);
    }

    /** Stores a segment of these packs; its name. */
    String segment(List<PackInfo> packs) throws Exception {
        return segments.write(new SegmentRows(packs));
    }

    static Location location(ChunkIndex index, PackInfo pack, RecordInfo r) {
        return new Location(index.packNumber(pack.name()), r.offset(), r.stored(), r.raw(), r.codec());
    }
}
