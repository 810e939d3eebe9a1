package io.doppel.vault.internal.pack;

import io.doppel.vault.internal.crypto.Gcm;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;

/** Decrypts, decompresses and proves records. One instance serves one thread. */
public final class RecordDecoder implements AutoCloseable {
    private final Ids ids;
    private final Proof proof;
    private final Gcm gcm = new Gcm();
    private final Codec codec = new Codec(Codec.STORED);
    private byte[] plain = new byte[64 << 10];

    /** For a dedup domain's secret. */
    public RecordDecoder(byte[] idKey, Proof proof) {
        this.ids = new Ids(idKey);
        this.proof = proof;
    }

    /**
     * Decodes a record.
     *
     * @param in bytes that hold the record from {@code from} on
     * @return whether it proved right
     */
    public boolean decode(
            SecretKeySpec key, ObjectKind kind, RecordInfo r, byte[] in, int from, byte[] out, int outFrom) {
        return decodeBody(key, kind, r, in, from, out, outFrom) >= 0;
    }

    /**
     * As {@link #decode}; what is between decryption and decompression is then in {@link #body}.
     *
     * @return bytes there, −1 if it did not prove right
     */
    public int decodeBody(
            SecretKeySpec key, ObjectKind kind, RecordInfo r, byte[] in, int from, byte[] out, int outFrom) {
        if (r.raw() > PackFormat.MAX_RAW || r.stored() > PackFormat.MAX_RAW + Gcm.TAG || r.stored() < Gcm.TAG) {
            return -1;
        }
        if (plain.length < r.stored()) {
            plain = new byte[Math.max(r.stored(), plain.length * 2)];
        }
        byte[] aad = PackFormat.recordAad(kind, r.codec(), r.raw(), r.id());
        byte[] nonce = Gcm.nonce(PackFormat.RECORDS, r.offset());
        int n = gcm.open(key, nonce, aad, in, from, r.stored(), plain, 0);
        boolean right = n >= 0
                && codec.decompress(r.codec(), plain, 0, n, out, outFrom, r.raw())
                && (proof == Proof.TAG || Arrays.equals(ids.id(kind, out, outFrom, r.raw()), r.id()));
        return right ? n : -1;
    }

    /** The bytes of the last {@link #decodeBody}; good until the next. */
    public byte[] body() {
        return plain;
    }

    @Override
    public void close() {
        codec.close();
    }
}
