package io.doppel.vault.internal.meta;

import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.PackFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/** Encryption of descriptive objects (docs/vault-format.md §3). */
final class SealedObject {
    private static final int HEADER = 56;
    private static final int MAGIC = 0x44504c4f;
    private static final byte FORMAT = 1;
    private static final int LARGEST = 1 << 30;
    private static final byte[] NO_NONCE = new byte[12];

    private SealedObject() {}

    /** What an object is. */
    enum Kind {
        KEYRING(1),
        LEASE(2),
        LEASE_RELEASE(3),
        HEAD(4),
        VERSION(5),
        LEASE_CLOSING(6),
        CLEARED(7),
        HOLD(8),
        REMOVAL(9),
        RECOVERY_COPY(10),
        RECOVERY_PART(11),
        LEASE_ASK(12),
        LEASE_ANSWER(13);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }
    }

    /** Encrypts under a new salt. */
    static byte[] seal(Kind kind, String name, int epoch, byte[] root, byte[] plain) {
        byte[] packed = new byte[Codec.bound(plain.length)];
        byte codec = Codec.ZSTD;
        int length;
        try (Codec zstd = new Codec(Codec.ZSTD)) {
            length = zstd.compress(plain, 0, plain.length, packed);
        }
        if (length < 0) {
            codec = Codec.STORED;
            length = plain.length;
            System.arraycopy(plain, 0, packed, 0, length);
        }
        byte[] salt = Digests.random(32);
        byte[] object = new byte[HEADER + length + Gcm.TAG];
        ByteBuffer.wrap(object)
                .putInt(MAGIC)
                .put(FORMAT)
                .put(kind.code)
                .put(codec)
                .put((byte) 0)
                .putInt(epoch)
                .putInt(plain.length)
                .put(salt);
        new Gcm().seal(key(root, salt), NO_NONCE, associated(object, name), packed, 0, length, object, HEADER);
        Arrays.fill(packed, (byte) 0);
        return object;
    }

    /** The key epoch that the object names; empty if it is no object of that kind. */
    static Optional<Integer> epoch(Kind kind, byte[] object) {
        if (object.length < HEADER + Gcm.TAG) {
            return Optional.empty();
        }
        ByteBuffer header = ByteBuffer.wrap(object);
        boolean right = header.getInt() == MAGIC && header.get() == FORMAT && header.get() == kind.code;
        return right ? Optional.of(header.getInt(8)) : Optional.empty();
    }

    /** The plaintext of an object for which {@link #epoch} gave a value; empty if it is not right. */
    static Optional<byte[]> open(String name, byte[] root, byte[] object) {
        ByteBuffer header = ByteBuffer.wrap(object);
        byte codec = header.get(6);
        int rawLength = header.getInt(12);
        byte[] salt = Arrays.copyOfRange(object, 16, 48);
        byte[] packed = new byte[object.length - HEADER - Gcm.TAG];
        int length = new Gcm()
                .open(
                        key(root, salt),
                        NO_NONCE,
                        associated(object, name),
                        object,
                        HEADER,
                        object.length - HEADER,
                        packed,
                        0);
        if (length < 0 || rawLength < 0 || rawLength > LARGEST) {
            return Optional.empty();
        }
        byte[] plain = new byte[rawLength];
        try (Codec codecs = new Codec(Codec.ZSTD)) {
            if (codecs.decompress(codec, packed, 0, length, plain, 0, rawLength)) {
                return Optional.of(plain);
            }
            Arrays.fill(plain, (byte) 0);
            return Optional.empty();
        } finally {
            Arrays.fill(packed, (byte) 0);
        }
    }

    private static SecretKeySpec key(byte[] root, byte[] salt) {
        return PackFormat.key(root, salt, "doppel/v1/object");
    }

    private static byte[] associated(byte[] object, String name) {
        byte[] tail = name.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(object, HEADER + tail.length);
        System.arraycopy(tail, 0, all, HEADER, tail.length);
        return all;
    }
}
