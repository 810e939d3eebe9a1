package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackFormat;
import io.doppel.vault.internal.pack.Varints;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import javax.crypto.spec.SecretKeySpec;

/**
 * Reads an index segment as a stream and checks all that it gives out (docs/vault-format.md §7). Holds the table of its packs and 1 MiB of
 * entries; while it is opened also the footer, which has 32 bytes for each 1365 entries besides the packs. Used by one thread.
 */
final class SegmentReader {
    private static final int BLOCK = IndexEntry.SIZE * IndexEntry.PER_BLOCK;
    private static final int SEALED = BLOCK + Gcm.TAG;
    /** Blocks that are read at once. */
    private static final int AT_ONCE = 16;

    private final Storage storage;
    private final String name;
    private final String object;
    private final byte[] header;
    private final SecretKeySpec key;
    private final Gcm gcm = new Gcm();
    private final PackTable packs;
    private final long entries;
    private final byte[] read = new byte[AT_ONCE * SEALED];
    private final byte[] plain = new byte[BLOCK];
    private final ByteBuffer in = ByteBuffer.wrap(plain);
    private final byte[] lastId = new byte[PackFormat.ID];
    private final Stop stop;
    private int readFrom;
    private int readTo;
    private int nextBlock;
    private long given;
    private int at;
    private int limit;

    /** Asked before each block. */
    @FunctionalInterface
    interface Stop {
        /** Throws when the reading shall end. */
        void check() throws DoppelException;
    }

    /**
     * Opens a segment.
     *
     * @throws SegmentProblem if it is missing or damaged
     * @throws DoppelException the storage's failure
     */
    SegmentReader(Storage storage, KeyRing keys, String name, Stop stop) throws DoppelException {
        this.stop = stop;
        this.storage = storage;
        this.name = name;
        this.object = IndexSegments.objectName(name);
        Optional<ObjectInfo> info = storage.stat(object);
        if (info.isEmpty()) {
            throw missing();
        }
        long size = info.get().size();
        if (size < PackFormat.HEADER + PackFormat.TRAILER) {
            throw damaged("its size is impossible");
        }
        this.header = read(0, PackFormat.HEADER);
        ByteBuffer t = ByteBuffer.wrap(read(size - PackFormat.TRAILER, PackFormat.TRAILER));
        CRC32C crc = new CRC32C();
        crc.update(t.array(), 0, SegmentFormat.TRAILER_CHECKED);
        long footerAt = t.getLong();
        int footerLength = t.getInt();
        long blocks = t.getInt();
        this.entries = t.getLong();
        t.getInt();
        if (!SegmentFormat.fits(header, name)
                || t.getInt() != (int) crc.getValue()
                || t.getLong() != SegmentFormat.END
                || footerLength < Gcm.TAG
                || entries < 0
                || footerAt + footerLength + PackFormat.TRAILER != size
                || blocks != (entries + IndexEntry.PER_BLOCK - 1) / IndexEntry.PER_BLOCK
                || entries * IndexEntry.SIZE + blocks * Gcm.TAG + PackFormat.HEADER != footerAt) {
            throw damaged("its header or trailer is wrong");
        }
        this.key = SegmentFormat.key(keys.root(PackFormat.epoch(header)), PackFormat.salt(header));
        this.packs = packs(read(footerAt, footerLength), blocks);
    }

    private PackTable packs(byte[] sealed, long blocks) throws DoppelException {
        byte[] footer = new byte[sealed.length - Gcm.TAG];
        if (gcm.open(key, Gcm.nonce(PackFormat.FOOTER, 0), header, sealed, 0, sealed.length, footer, 0) < 0) {
            throw damaged("its footer is wrong");
        }
        ByteBuffer foot = ByteBuffer.wrap(footer);
        PackTable table = new PackTable();
        try {
            for (long i = Varints.get(foot); i > 0; i--) {
                long high = foot.getLong();
                long low = foot.getLong();
                ObjectKind kind = ObjectKind.of(foot.get());
                if (kind == null) {
                    throw damaged("it names a pack of an unknown kind");
                }
                table.add(high, low, kind, Varints.get(foot), Math.toIntExact(Varints.get(foot)));
            }
        } catch (BufferUnderflowException | ArithmeticException e) {
            throw damaged("its parts contradict each other");
        }
        if (foot.remaining() != blocks * PackFormat.ID) {
            throw damaged("its parts contradict each other");
        }
        return table;
    }

    PackTable packs() {
        return packs;
    }

    long entries() {
        return entries;
    }

    /** Goes to the next entry; false behind the last. */
    boolean next() throws DoppelException {
        if (given == entries) {
            return false;
        }
        System.arraycopy(plain, at, lastId, 0, PackFormat.ID);
        at += IndexEntry.SIZE;
        if (at >= limit) {
            nextBlock();
        }
        if (given > 0 && Arrays.compareUnsigned(lastId, 0, PackFormat.ID, plain, at, at + PackFormat.ID) > 0) {
            throw damaged("its entries are not sorted");
        }
        given++;
        if (in.getInt(at + PackFormat.ID) < 0 || in.getInt(at + PackFormat.ID) >= packs.size()) {
            throw damaged("an entry names a pack that it does not");
        }
        return true;
    }

    /** Holds the id of the entry from {@link #at} on, until the next. */
    byte[] ids() {
        return plain;
    }

    int at() {
        return at;
    }

    IndexEntry entry() {
        return IndexEntry.read(in, at);
    }

    /** Gives all entries that are left, in order. */
    void forEach(EntrySink sink) throws DoppelException {
        while (next()) {
            sink.entry(plain, at, entry());
        }
    }

    private void nextBlock() throws DoppelException {
        stop.check();
        limit = (int) Math.min(BLOCK, (entries - given) * IndexEntry.SIZE);
        if (readFrom == readTo) {
            long from = PackFormat.HEADER + (long) nextBlock * SEALED;
            long blocks = (entries - given + IndexEntry.PER_BLOCK - 1) / IndexEntry.PER_BLOCK;
            long left = (entries - given) * IndexEntry.SIZE + blocks * Gcm.TAG;
            readFrom = 0;
            readTo = (int) Math.min(read.length, left);
            fill(from, read, readTo);
        }
        int sealed = limit + Gcm.TAG;
        byte[] nonce = Gcm.nonce(PackFormat.RECORDS, nextBlock);
        if (gcm.open(key, nonce, header, read, readFrom, sealed, plain, 0) < 0) {
            throw damaged("block " + nextBlock + " is wrong");
        }
        readFrom += sealed;
        nextBlock++;
        at = 0;
    }

    private byte[] read(long from, int length) throws DoppelException {
        byte[] bytes = new byte[length];
        fill(from, bytes, length);
        return bytes;
    }

    private void fill(long from, byte[] to, int length) throws DoppelException {
        try {
            storage.read(object, from, to, 0, length);
        } catch (DoppelException e) {
            if (e.is(StorageError.NOT_FOUND)) {
                throw missing();
            }
            if (e.is(StorageError.TOO_SHORT)) {
                throw damaged("it is shorter than the target says");
            }
            throw e;
        }
    }

    private DoppelException missing() {
        return new SegmentProblem(name, VaultError.MISSING_OBJECT, "Index segment '" + object + "' is missing");
    }

    private DoppelException damaged(String reason) {
        return new SegmentProblem(name, VaultError.DAMAGED_OBJECT, "Index segment '" + object + "': " + reason);
    }
}
