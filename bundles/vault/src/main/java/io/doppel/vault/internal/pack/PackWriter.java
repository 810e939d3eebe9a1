package io.doppel.vault.internal.pack;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.internal.crypto.Gcm;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import javax.crypto.spec.SecretKeySpec;

/** Writes one pack as a stream; it is never held whole. Used by one thread at a time. */
public final class PackWriter implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final ObjectKind kind;
    private final byte[] header;
    private final String name;
    private final SecretKeySpec key;
    private final ObjectWriter out;
    private final List<RecordInfo> records = new ArrayList<>();
    private final ByteArrayOutputStream crcs = new ByteArrayOutputStream();
    private final CRC32C crc = new CRC32C();
    private int crcFill;
    private long position;
    /** Whether all that was given is written; what a failed write left behind is never made durable. */
    private boolean whole = true;

    /** Starts a pack under a new salt. */
    public PackWriter(Storage storage, ObjectKind kind, int epoch, byte[] root) throws DoppelException {
        this.kind = kind;
        byte[] salt = new byte[32];
        RANDOM.nextBytes(salt);
        this.header = PackFormat.header(kind, epoch, salt);
        this.name = PackFormat.name(salt);
        this.key = PackFormat.packKey(root, salt);
        this.out = storage.put(kind.objectName(name));
        append(header, 0, header.length);
    }

    /** Bytes written so far. */
    public long size() {
        return position;
    }

    /** What it holds. */
    public ObjectKind kind() {
        return kind;
    }

    /** Name of the pack. */
    public String name() {
        return name;
    }

    /**
     * Appends a record.
     *
     * @param body plaintext after compression; {@code scratch} must have room for it and a tag
     * @return bytes it takes
     */
    public int add(byte[] id, byte codec, int raw, byte[] body, int from, int length, byte[] scratch, Gcm gcm)
            throws DoppelException {
        byte[] nonce = Gcm.nonce(PackFormat.RECORDS, position);
        byte[] aad = PackFormat.recordAad(kind, codec, raw, id);
        int stored = gcm.seal(key, nonce, aad, body, from, length, scratch, 0);
        records.add(new RecordInfo(id, codec, raw, stored, position));
        append(scratch, 0, stored);
        return stored;
    }

    /**
     * Writes the footer and makes the pack durable.
     *
     * @throws DoppelException the storage's failure; {@link StorageError#IO} if a write failed before
     */
    public PackInfo commit(Gcm gcm) throws DoppelException {
        if (!whole) {
            throw new DoppelException(
                    StorageError.IO, "Pack '" + kind.objectName(name) + "' could not be written whole");
        }
        ByteArrayOutputStream plain = new ByteArrayOutputStream(records.size() * 40);
        for (RecordInfo r : records) {
            plain.write(r.id(), 0, PackFormat.ID);
            plain.write(r.codec());
            Varints.put(plain, r.raw());
            Varints.put(plain, r.stored());
        }
        byte[] footer = new byte[plain.size() + Gcm.TAG];
        gcm.seal(key, Gcm.nonce(PackFormat.FOOTER, 0), header, plain.toByteArray(), 0, plain.size(), footer, 0);
        long footerAt = position;
        append(footer, 0, footer.length);
        endCrcBlock();
        byte[] table = crcs.toByteArray();
        out.write(table, 0, table.length);
        CRC32C tableCrc = new CRC32C();
        tableCrc.update(table);
        ByteBuffer trailer = ByteBuffer.allocate(PackFormat.TRAILER);
        trailer.putLong(footerAt).putInt(footer.length).putInt(records.size()).putLong(position);
        trailer.putInt((int) tableCrc.getValue());
        CRC32C trailerCrc = new CRC32C();
        trailerCrc.update(trailer.array(), 0, 28);
        trailer.putInt((int) trailerCrc.getValue()).putLong(PackFormat.PACK_END);
        out.write(trailer.array(), 0, PackFormat.TRAILER);
        out.commit();
        return new PackInfo(name, kind, position + table.length + PackFormat.TRAILER, List.copyOf(records));
    }

    private void append(byte[] buffer, int from, int length) throws DoppelException {
        int at = from;
        int left = length;
        while (left > 0) {
            int n = Math.min(left, PackFormat.CRC_BLOCK - crcFill);
            crc.update(buffer, at, n);
            crcFill += n;
            at += n;
            left -= n;
            if (crcFill == PackFormat.CRC_BLOCK) {
                endCrcBlock();
            }
        }
        whole = false;
        out.write(buffer, from, length);
        whole = true;
        position += length;
    }

    private void endCrcBlock() {
        if (crcFill > 0) {
            crcs.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
            crc.reset();
            crcFill = 0;
        }
    }

    @Override
    public void close() {
        out.close();
    }
}
