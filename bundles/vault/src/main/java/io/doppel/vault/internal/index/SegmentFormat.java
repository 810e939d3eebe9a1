package io.doppel.vault.internal.index;

import io.doppel.vault.internal.pack.PackFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;

/** What writer and reader of index segments share (docs/vault-format.md §7). */
final class SegmentFormat {
    static final long END = PackFormat.magic("DPLIEND1");
    /** Bytes of the trailer that its checksum covers. */
    static final int TRAILER_CHECKED = 28;

    private static final byte[] START = "DPLIDX01".getBytes(StandardCharsets.US_ASCII);

    private SegmentFormat() {}

    static byte[] header(int epoch, byte[] salt) {
        return ByteBuffer.allocate(PackFormat.HEADER)
                .put(START)
                .putInt(0)
                .putInt(epoch)
                .put(salt)
                .array();
    }

    /** Whether the bytes are the header of the segment of that name. */
    static boolean fits(byte[] header, String name) {
        byte[] salt = PackFormat.salt(header);
        return name.equals(PackFormat.name(salt)) && Arrays.equals(header(PackFormat.epoch(header), salt), header);
    }

    static SecretKeySpec key(byte[] root, byte[] salt) {
        return PackFormat.key(root, salt, "doppel/v1/index");
    }
}
