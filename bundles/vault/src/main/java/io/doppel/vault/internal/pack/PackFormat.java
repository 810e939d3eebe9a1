package io.doppel.vault.internal.pack;

import io.doppel.vault.internal.crypto.Hkdf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;

/** Constants and small parts that writer and reader of packs and index segments share (docs/vault-format.md §5–7). */
public final class PackFormat {
    /** Bytes of the header. */
    public static final int HEADER = 64;

    /** Bytes of the trailer. */
    public static final int TRAILER = 40;

    /** Bytes that one CRC covers. */
    public static final int CRC_BLOCK = 64 << 10;

    /** Bytes of an id. */
    public static final int ID = 32;

    /** Nonce domain of records and blocks. */
    public static final int RECORDS = 1;

    /** Nonce domain of the footer. */
    public static final int FOOTER = 2;

    /** Most bytes of a record's plaintext. */
    public static final int MAX_RAW = 1 << 20;

    static final long PACK_END = magic("DPLPEND1");

    private static final long TREE_PACK = 8L << 20;
    private static final long SMALLEST_DATA_PACK = 64L << 20;
    private static final long LARGEST_DATA_PACK = 512L << 20;
    private static final long GROWS_FROM = 4L << 40;
    private static final byte[] PACK_START = "DPLPACK1".getBytes(StandardCharsets.US_ASCII);
    private static final int RECORD_MAGIC = 0x4450_4C52;

    private PackFormat() {}

    /**
     * Bytes at which a writer closes a pack: 8 MiB for nodes; for chunks 64 MiB, doubled with every fourfold of 4 TiB that the vault
     * has, up to 512 MiB. A writer holds four bytes for each 64 KiB of it, and what its footer will say.
     *
     * @param storedBytes bytes of all packs of the vault
     */
    public static long targetSize(ObjectKind kind, long storedBytes) {
        if (kind == ObjectKind.NODE) {
            return TREE_PACK;
        }
        long size = SMALLEST_DATA_PACK;
        for (long limit = GROWS_FROM; storedBytes >= limit && size < LARGEST_DATA_PACK; limit *= 4) {
            size *= 2;
        }
        return size;
    }

    /** Eight ASCII letters as a number. */
    public static long magic(String letters) {
        return ByteBuffer.wrap(letters.getBytes(StandardCharsets.US_ASCII)).getLong();
    }

    /** A pack's header. */
    static byte[] header(ObjectKind kind, int epoch, byte[] salt) {
        return ByteBuffer.allocate(HEADER)
                .put(PACK_START)
                .put(kind.code())
                .put(new byte[3])
                .putInt(epoch)
                .put(salt)
                .array();
    }

    /** Whether the bytes are a header of that kind whose salt gives that name. */
    static boolean fits(byte[] header, ObjectKind kind, String name) {
        ByteBuffer b = ByteBuffer.wrap(header);
        return Arrays.equals(header, 0, 8, PACK_START, 0, 8)
                && header[8] == kind.code()
                && name.equals(name(salt(header)))
                && Arrays.equals(header(kind, b.getInt(12), salt(header)), header);
    }

    /** The key epoch in a header. */
    public static int epoch(byte[] header) {
        return ByteBuffer.wrap(header).getInt(12);
    }

    /** The salt in a header. */
    public static byte[] salt(byte[] header) {
        return Arrays.copyOfRange(header, 16, 48);
    }

    /** The name that belongs to a salt. */
    public static String name(byte[] salt) {
        return HexFormat.of().formatHex(salt, 0, 16);
    }

    /** The key of an object with that salt. */
    public static SecretKeySpec key(byte[] root, byte[] salt, String info) {
        byte[] key = Hkdf.derive(root, salt, info);
        SecretKeySpec spec = new SecretKeySpec(key, "AES");
        Arrays.fill(key, (byte) 0);
        return spec;
    }

    /** The key of a pack. */
    public static SecretKeySpec packKey(byte[] root, byte[] salt) {
        return key(root, salt, "doppel/v1/pack");
    }

    /** Associated data of a record. */
    static byte[] recordAad(ObjectKind kind, byte codec, int raw, byte[] id) {
        return ByteBuffer.allocate(11 + ID)
                .putInt(RECORD_MAGIC)
                .put((byte) 1)
                .put(kind.code())
                .put(codec)
                .putInt(raw)
                .put(id, 0, ID)
                .array();
    }
}
