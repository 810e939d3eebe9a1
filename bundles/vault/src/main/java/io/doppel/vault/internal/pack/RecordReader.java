package io.doppel.vault.internal.pack;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.Location;
import io.doppel.vault.internal.meta.KeyRing;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;

/**
 * Reads records by id. Reads a span of a pack at once and serves later records from it; of several copies it takes the first that
 * proves right, and tries those that are distrusted last. One instance serves one thread and holds one span of at most 4 MiB and two buffers of a record's size.
 */
public final class RecordReader implements AutoCloseable {
    /** Most bytes of a span. */
    public static final int SPAN = 4 << 20;

    /** Bytes read at once where nodes lie, because a walk wants their neighbours next. */
    private static final int NODE_SPAN = 256 << 10;

    private static final int KEYS_KEPT = 64;

    private final Storage storage;
    private final KeyRing keys;
    private final ChunkIndex index;
    private final RecordDecoder decoder;
    private final OpenCheck open;
    private final Map<Integer, SecretKeySpec> packKeys = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, SecretKeySpec> eldest) {
            return size() > KEYS_KEPT;
        }
    };

    private byte[] span = new byte[0];
    private int spanPack = -1;
    private long spanAt;
    private int spanLength;

    /** Tells whether the vault is open still. */
    @FunctionalInterface
    public interface OpenCheck {
        /** Throws {@link VaultError#CLOSED} if it is not. */
        void requireOpen() throws DoppelException;
    }

    /** Where a copy's plaintext goes. */
    private interface Target {
        /** The buffer; null if the copy cannot be it because of its length. */
        byte[] bufferFor(Location copy);
    }

    /**
     * A reader over an open vault's parts.
     *
     * @param proof what every record must prove
     * @param open asked before anything is called damaged: a vault that is closed has no keys any more
     */
    public RecordReader(Storage storage, KeyRing keys, ChunkIndex index, Proof proof, OpenCheck open) {
        this.storage = storage;
        this.keys = keys;
        this.index = index;
        this.decoder = new RecordDecoder(keys.idKey(), proof);
        this.open = open;
    }

    /**
     * Reads a span so that the records that follow each other there are served from memory; a hint, which never fails.
     *
     * @param pack number of the pack
     * @param from first byte
     * @param to behind the last byte, at most {@link #SPAN} bytes further
     */
    public void prefetch(int pack, long from, long to) {
        if (pack == spanPack && from >= spanAt && to <= spanAt + spanLength) {
            return;
        }
        int length = (int) (to - from);
        try {
            fill(pack, from, length);
        } catch (DoppelException e) {
            // reading the records one by one tells which of them is concerned
            spanPack = -1;
        }
    }

    /**
     * Reads a record's plaintext into {@code out} from {@code outFrom}.
     *
     * @param length bytes it must have
     * @throws DoppelException {@link VaultError#DAMAGED_DATA} if no copy proves right; the storage's failure if a copy cannot be read
     *     now and no other proves right; {@link VaultError#CLOSED}
     */
    public void read(ObjectKind kind, byte[] id, byte[] out, int outFrom, int length) throws DoppelException {
        readAny(kind, id, copy -> copy.raw() == length ? out : null, outFrom);
    }

    /** Reads a node, whose length only the index knows; fails as {@link #read}. */
    public byte[] readNode(byte[] id) throws DoppelException {
        return readAny(ObjectKind.NODE, id, copy -> new byte[copy.raw()], 0);
    }

    private byte[] readAny(ObjectKind kind, byte[] id, Target target, int outFrom) throws DoppelException {
        Attempt attempt = new Attempt(kind, id, target, outFrom);
        // the second look tells of copies that the first passed over, and of those that a collection made just now
        for (int look = 0; look < 2; look++) {
            for (Location copy : index.find(id)) {
                if (attempt.succeeds(copy)) {
                    return attempt.out;
                }
            }
        }
        open.requireOpen();
        throw attempt.notNow == null ? damaged(kind, id, attempt.reason) : attempt.notNow;
    }

    /** Tries one copy after the other, and those that the packs' own footers name where the index leads astray. */
    private final class Attempt {
        private final ObjectKind kind;
        private final byte[] id;
        private final Target target;
        private final int outFrom;
        private final Set<Location> tried = new HashSet<>();
        private byte[] out;
        private String reason = "no pack holds it";
        private DoppelException notNow;

        Attempt(ObjectKind kind, byte[] id, Target target, int outFrom) {
            this.kind = kind;
            this.id = id;
            this.target = target;
            this.outFrom = outFrom;
        }

        boolean succeeds(Location copy) {
            if (!tried.add(copy)) {
                return false;
            }
            try {
                String bad = read(copy);
                if (bad == null) {
                    return true;
                }
                boolean ofThatLength = out != null;
                Optional<Location> own = inFooter(copy.pack());
                if (own.isPresent() && tried.add(own.get()) && read(own.get()) == null) {
                    return true;
                }
                if (ofThatLength && !index.isCleared(copy.pack())) {
                    index.distrust(Damage.ofRecord(copy));
                }
                reason = bad;
            } catch (DoppelException e) {
                // says nothing about the copy, and another may lie where it can be read
                notNow = notNow == null ? e : notNow;
            }
            return false;
        }

        /** What is wrong with it, or null. */
        private String read(Location copy) throws DoppelException {
            out = target.bufferFor(copy);
            return out == null
                    ? "its length in " + index.packObject(copy.pack()) + " is wrong"
                    : wrong(kind, id, copy, out, outFrom);
        }

        /** Where the pack's own footer says that it is; empty if it does not, or cannot be read. */
        private Optional<Location> inFooter(int pack) throws DoppelException {
            try {
                return new PackReader(storage, keys)
                        .open(index.packKind(pack), index.packName(pack)).info().records().stream()
                                .filter(r -> Arrays.equals(r.id(), id))
                                .map(r -> new Location(pack, r.offset(), r.stored(), r.raw(), r.codec()))
                                .findFirst();
            } catch (DoppelException e) {
                if (e.is(VaultError.DAMAGED_OBJECT) || e.is(VaultError.MISSING_OBJECT)) {
                    return Optional.empty();
                }
                throw e;
            }
        }
    }

    private static DoppelException damaged(ObjectKind kind, byte[] id, String reason) {
        String what = kind == ObjectKind.DATA ? "Chunk " : "Tree node ";
        return new DoppelException(
                VaultError.DAMAGED_DATA, what + HexFormat.of().formatHex(id, 0, 8) + " cannot be read: " + reason);
    }

    /** What is wrong with a copy, or null if it proves right; what cannot be read now is thrown. */
    private String wrong(ObjectKind kind, byte[] id, Location l, byte[] out, int outFrom) throws DoppelException {
        try {
            if (!decode(kind, id, l, out, outFrom)) {
                // a bad tag counts as damage only when fresh bytes have it too, the header's among them
                spanPack = -1;
                packKeys.remove(l.pack());
                if (!decode(kind, id, l, out, outFrom)) {
                    return "it is damaged in " + index.packObject(l.pack());
                }
            }
            return null;
        } catch (DoppelException e) {
            if (e.is(StorageError.NOT_FOUND)) {
                return index.packObject(l.pack()) + " is missing";
            }
            if (e.is(StorageError.TOO_SHORT)) {
                return index.packObject(l.pack()) + " ends too early";
            }
            if (e.is(VaultError.DAMAGED_OBJECT)) {
                return e.what();
            }
            throw e;
        }
    }

    private boolean decode(ObjectKind kind, byte[] id, Location l, byte[] out, int outFrom) throws DoppelException {
        if (l.stored() > PackFormat.MAX_RAW + Gcm.TAG) {
            return false;
        }
        if (l.pack() != spanPack || l.offset() < spanAt || l.end() > spanAt + spanLength) {
            long want = kind == ObjectKind.NODE ? Math.max(l.stored(), NODE_SPAN) : l.stored();
            long limit = Math.max(l.stored(), index.packSize(l.pack()) - l.offset());
            fill(l.pack(), l.offset(), (int) Math.min(want, limit));
        }
        RecordInfo record = new RecordInfo(id, l.codec(), l.raw(), l.stored(), l.offset());
        return decoder.decode(packKey(l.pack()), kind, record, span, (int) (l.offset() - spanAt), out, outFrom);
    }

    private void fill(int pack, long from, int length) throws DoppelException {
        if (span.length < length) {
            span = new byte[Math.max(length, Layout.MAX_CHUNK + Gcm.TAG)];
        }
        spanPack = -1;
        storage.read(index.packObject(pack), from, span, 0, length);
        spanPack = pack;
        spanAt = from;
        spanLength = length;
    }

    private SecretKeySpec packKey(int pack) throws DoppelException {
        SecretKeySpec key = packKeys.get(pack);
        if (key == null) {
            try {
                key = keyOfHeader(pack);
            } catch (DoppelException e) {
                if (!e.is(VaultError.DAMAGED_OBJECT)) {
                    throw e;
                }
                key = keyOfHeader(pack);
            }
            packKeys.put(pack, key);
        }
        return key;
    }

    private SecretKeySpec keyOfHeader(int pack) throws DoppelException {
        byte[] header = new byte[PackFormat.HEADER];
        String object = index.packObject(pack);
        storage.read(object, 0, header, 0, header.length);
        if (!PackFormat.fits(header, index.packKind(pack), index.packName(pack))) {
            throw new DoppelException(VaultError.DAMAGED_OBJECT, "the header of " + object + " is wrong");
        }
        return PackFormat.packKey(keys.root(PackFormat.epoch(header)), PackFormat.salt(header));
    }

    @Override
    public void close() {
        decoder.close();
    }
}
