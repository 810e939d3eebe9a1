package io.doppel.vault.internal.pack;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Computes ids of chunks and nodes (docs/vault-format.md §4). One instance serves one thread. */
public final class Ids {
    private final MessageDigest sha;
    private final Mac mac;
    private final byte[] message = new byte[37];

    /** For a dedup domain's secret. */
    public Ids(byte[] idKey) {
        try {
            sha = MessageDigest.getInstance("SHA-256");
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(idKey, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The id of a content. */
    public byte[] id(ObjectKind kind, byte[] buffer, int from, int length) {
        try {
            sha.update(buffer, from, length);
            sha.digest(message, 5, 32);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 gives 32 bytes", e);
        }
        ByteBuffer.wrap(message).put(kind.code()).putInt(length);
        return mac.doFinal(message);
    }
}
