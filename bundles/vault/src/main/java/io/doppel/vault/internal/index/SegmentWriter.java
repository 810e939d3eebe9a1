package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.PackFormat;
import io.doppel.vault.internal.pack.Varints;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes an index segment as a stream (docs/vault-format.md §7). Holds one block, and of each block written its first id. Used by one
 * thread.
 */
final class SegmentWriter implements EntrySink, AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private final byte[] header;
    private final SecretKeySpec key;
    private final Gcm gcm = new Gcm();
    private final ObjectWriter out;
    private final ByteBuffer plain = ByteBuffer.allocate(IndexEntry.SIZE * IndexEntry.PER_BLOCK);
    private final byte[] sealed = new byte[plain.capacity() + Gcm.TAG];
    private final ByteArrayOutputStream firstIds = new ByteArrayOutputStream();
    private long position;
    private int blocks;
    private long entries;

    /** Starts a segment under a new salt. */
    SegmentWriter(Storage storage, KeyRing keys) throws DoppelException {
        byte[] salt = new byte[32];
        RANDOM.nextBytes(salt);
        int epoch = keys.currentEpoch();
        this.header = SegmentFormat.header(epoch, salt);
        this.name = PackFormat.name(salt);
        this.key = SegmentFormat.key(keys.root(epoch), salt);
        this.out = storage.put(IndexSegments.objectName(name));
        write(header, header.length);
    }

    @Override
    public void entry(byte[] id, int at, IndexEntry entry) throws DoppelException {
        if (!plain.hasRemaining()) {
            endBlock();
        }
        if (plain.position() == 0) {
            firstIds.write(id, at, PackFormat.ID);
        }
        IndexEntry.write(plain, id, at, entry);
        entries++;
    }

    private void endBlock() throws DoppelException {
        byte[] nonce = Gcm.nonce(PackFormat.RECORDS, blocks);
        write(sealed, gcm.seal(key, nonce, header, plain.array(), 0, plain.position(), sealed, 0));
        blocks++;
        plain.clear();
    }

    private void write(byte[] bytes, int length) throws DoppelException {
        out.write(bytes, 0, length);
        position += length;
    }

    /** Makes it durable; its name. */
    String commit(PackTable packs) throws DoppelException {
        if (plain.position() > 0) {
            endBlock();
        }
        long footerAt = position;
        byte[] footer = footer(packs);
        byte[] foot = new byte[footer.length + Gcm.TAG];
        gcm.seal(key, Gcm.nonce(PackFormat.FOOTER, 0), header, footer, 0, footer.length, foot, 0);
        write(foot, foot.length);
        ByteBuffer trailer = ByteBuffer.allocate(PackFormat.TRAILER);
        trailer.putLong(footerAt)
                .putInt(foot.length)
                .putInt(blocks)
                .putLong(entries)
                .putInt(0);
        CRC32C crc = new CRC32C();
        crc.update(trailer.array(), 0, SegmentFormat.TRAILER_CHECKED);
        trailer.putInt((int) crc.getValue()).putLong(SegmentFormat.END);
        write(trailer.array(), PackFormat.TRAILER);
        out.commit();
        return name;
    }

    private byte[] footer(PackTable packs) {
        ByteArrayOutputStream footer = new ByteArrayOutputStream();
        Varints.put(footer, packs.size());
        for (int i = 0; i < packs.size(); i++) {
            footer.writeBytes(HexFormat.of().parseHex(packs.name(i)));
            footer.write(packs.kind(i).code());
            Varints.put(footer, packs.size(i));
            Varints.put(footer, packs.records(i));
        }
        footer.writeBytes(firstIds.toByteArray());
        return footer.toByteArray();
    }

    @Override
    public void close() {
        out.close();
    }
}
