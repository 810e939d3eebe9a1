package io.doppel.vault.internal.trial;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.EntrySink;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.Proof;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.session.BaseCheck;
import io.doppel.vault.internal.session.Session;
import io.doppel.vault.internal.session.VaultParts;
import io.doppel.vault.internal.tree.NodeSource;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Stores a made-up disk several times in memory and reads it again, under new keys each time, through the code that real ones go through. */
public final class TrialRun {
    private static final int DISK = 8 << 20;
    private static final int ROUNDS = 8;
    private static final int PIECE = 256 << 10;

    private TrialRun() {}

    /** Runs it; about 1 s in a new process. */
    public static void run() {
        try {
            MadeUpDisk disk = new MadeUpDisk(DISK);
            for (int i = 0; i < ROUNDS; i++) {
                round(disk, Proof.values()[i % 2]);
            }
        } catch (DoppelException e) {
            throw new IllegalStateException("A trial run in memory failed", e);
        }
    }

    private static void round(MadeUpDisk disk, Proof proof) throws DoppelException {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        try (HeapStorage storage = new HeapStorage()) {
            KeyRing keys = new KeyRing(secret, Map.of(1, secret.clone()));
            ChunkIndex index = new ChunkIndex();
            NodeSource none = id -> new byte[0];
            BaseCheck bases = new BaseCheck(index, none, false);
            VaultParts parts = new VaultParts(
                    "trial", storage, keys, index, Codec.ZSTD, none, bases, new VersionUse(), (s, p) -> {}, index::add);
            List<Entry> chunks = store(disk, parts);
            byte[] out = new byte[Layout.MAX_CHUNK];
            try (RecordReader reader = new RecordReader(storage, keys, index, proof, () -> {})) {
                for (Entry e : chunks) {
                    reader.read(ObjectKind.DATA, e.id(), out, 0, (int) e.length());
                }
            }
        }
    }

    private static List<Entry> store(MadeUpDisk disk, VaultParts parts) throws DoppelException {
        List<Entry> chunks = new ArrayList<>();
        try (Session session = new Session(parts, (version, key) -> null, closed -> {})) {
            WriteSession.Lane lane = session.lane();
            lane.scanner().scan(disk, 0, disk.size(), List.of(new ByteRange(0, disk.size())), PIECE, new EntrySink() {
                @Override
                public boolean chunk(long offset, byte[] buffer, int from, int length) throws DoppelException {
                    chunks.add(new Entry(offset, length, lane.store(buffer, from, length)));
                    return true;
                }

                @Override
                public boolean hole(long offset, long length) {
                    return true;
                }
            });
            session.flush();
        }
        return chunks;
    }
}
