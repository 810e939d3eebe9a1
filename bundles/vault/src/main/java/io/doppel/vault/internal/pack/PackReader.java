package io.doppel.vault.internal.pack;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.meta.KeyRing;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import javax.crypto.spec.SecretKeySpec;

/** Opens packs by their own footers. One instance serves one thread. */
public final class PackReader {
    private final Storage storage;
    private final KeyRing keys;
    private final Gcm gcm = new Gcm();

    /** A reader. */
    public PackReader(Storage storage, KeyRing keys) {
        this.storage = storage;
        this.keys = keys;
    }

    /**
     * A pack that was opened.
     *
     * @param info what it holds
     * @param key its key
     * @param footerAt where its footer starts
     * @param tableAt where its CRC table starts
     * @param table its CRC table
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record OpenPack(PackInfo info, SecretKeySpec key, long footerAt, long tableAt, byte[] table) {}

    /**
     * Reads and checks header, footer, CRC table and trailer; what is wrong counts only when fresh bytes are wrong too.
     *
     * @throws DoppelException {@link VaultError#MISSING_OBJECT}, {@link VaultError#DAMAGED_OBJECT} with the reason, or the storage's
     *     own failure
     */
    public OpenPack open(ObjectKind kind, String name) throws DoppelException {
        try {
            return openOnce(kind, name);
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT)) {
                throw e;
            }
            return openOnce(kind, name);
        }
    }

    private OpenPack openOnce(ObjectKind kind, String name) throws DoppelException {
        String object = kind.objectName(name);
        Optional<ObjectInfo> info = storage.stat(object);
        if (info.isEmpty()) {
            throw new DoppelException(VaultError.MISSING_OBJECT, "Pack '" + object + "' is missing");
        }
        long size = info.get().size();
        if (size < PackFormat.HEADER + PackFormat.TRAILER) {
            throw damaged(object, "it is too short");
        }
        byte[] header = read(object, 0, PackFormat.HEADER);
        if (!PackFormat.fits(header, kind, name)) {
            throw damaged(object, "its header is wrong or it is another object's content");
        }
        ByteBuffer t = ByteBuffer.wrap(read(object, size - PackFormat.TRAILER, PackFormat.TRAILER));
        CRC32C crc = new CRC32C();
        crc.update(t.array(), 0, 28);
        long footerAt = t.getLong();
        int footerLength = t.getInt();
        int count = t.getInt();
        long tableAt = t.getLong();
        int tableCrc = t.getInt();
        if (t.getInt() != (int) crc.getValue() || t.getLong() != PackFormat.PACK_END) {
            throw damaged(object, "its trailer is wrong or it ends too early");
        }
        long blocks = (tableAt + PackFormat.CRC_BLOCK - 1) / PackFormat.CRC_BLOCK;
        if (footerAt < PackFormat.HEADER
                || footerLength < Gcm.TAG
                || footerAt + footerLength != tableAt
                || tableAt + blocks * 4 + PackFormat.TRAILER != size) {
            throw damaged(object, "its trailer contradicts its size");
        }
        byte[] table = read(object, tableAt, (int) (blocks * 4));
        crc.reset();
        crc.update(table);
        if (tableCrc != (int) crc.getValue()) {
            throw damaged(object, "its checksum table is wrong");
        }
        SecretKeySpec key = PackFormat.packKey(keys.root(PackFormat.epoch(header)), PackFormat.salt(header));
        byte[] footer = read(object, footerAt, footerLength);
        byte[] plain = new byte[footerLength - Gcm.TAG];
        if (gcm.open(key, Gcm.nonce(PackFormat.FOOTER, 0), header, footer, 0, footerLength, plain, 0) < 0) {
            throw damaged(object, "its footer is wrong");
        }
        List<RecordInfo> records = records(object, plain, count, footerAt);
        return new OpenPack(new PackInfo(name, kind, size, records), key, footerAt, tableAt, table);
    }

    private static List<RecordInfo> records(String object, byte[] plain, int count, long footerAt)
            throws DoppelException {
        List<RecordInfo> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(plain);
        long offset = PackFormat.HEADER;
        try {
            while (in.hasRemaining()) {
                byte[] id = new byte[PackFormat.ID];
                in.get(id);
                byte codec = in.get();
                long raw = Varints.get(in);
                long stored = Varints.get(in);
                if (raw > PackFormat.MAX_RAW || stored > PackFormat.MAX_RAW + Gcm.TAG) {
                    throw damaged(object, "its footer names impossible lengths");
                }
                records.add(new RecordInfo(id, codec, (int) raw, (int) stored, offset));
                offset += stored;
            }
        } catch (BufferUnderflowException e) {
            throw damaged(object, "its footer ends too early");
        }
        if (records.size() != count || offset != footerAt) {
            throw damaged(object, "its footer contradicts its trailer");
        }
        return records;
    }

    private byte[] read(String object, long offset, int length) throws DoppelException {
        byte[] b = new byte[length];
        try {
            storage.read(object, offset, b, 0, length);
        } catch (DoppelException e) {
            if (e.is(StorageError.TOO_SHORT)) {
                throw damaged(object, "it ends too early");
            }
            if (e.is(StorageError.NOT_FOUND)) {
                throw new DoppelException(VaultError.MISSING_OBJECT, "Pack '" + object + "' is missing", e);
            }
            throw e;
        }
        return b;
    }

    private static DoppelException damaged(String object, String reason) {
        return new DoppelException(VaultError.DAMAGED_OBJECT, "Pack '" + object + "': " + reason);
    }
}
