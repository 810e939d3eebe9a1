package io.doppel.vault.internal.index;

import io.doppel.vault.internal.pack.PackFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The first cell of an index segment's local file (docs/local-index.md).
 *
 * @param vault id of the vault
 * @param segment name of the segment
 * @param layout numbers of entries and packs
 * @param packsCrc CRC32C of the list of packs with its padding
 * @param fencesCrc CRC32C of the fences with their padding
 */
record LocalHeader(String vault, String segment, LocalLayout layout, int packsCrc, int fencesCrc) {
    private static final long MAGIC = PackFormat.magic("DPLLOCX1");
    private static final int FORMAT = 2;
    private static final int CHECKED = LocalLayout.CELL - Integer.BYTES;
    private static final int VAULT_ID = 36;

    byte[] bytes() {
        ByteBuffer b = ByteBuffer.allocate(LocalLayout.CELL);
        b.putLong(MAGIC).putInt(FORMAT).putInt(layout.packs()).putLong(layout.entries());
        b.put(HexFormat.of().parseHex(segment)).put(vault.getBytes(StandardCharsets.US_ASCII));
        b.putInt(packsCrc).putInt(fencesCrc);
        return b.putInt(CHECKED, crc(b.array())).array();
    }

    /** The header in these bytes; null if they are none, or one of another vault, segment or format. */
    static LocalHeader of(byte[] cell, String vault, String segment) {
        ByteBuffer b = ByteBuffer.wrap(cell);
        if (b.getInt(CHECKED) != crc(cell) || b.getLong() != MAGIC || b.getInt() != FORMAT) {
            return null;
        }
        int packs = b.getInt();
        LocalLayout layout = new LocalLayout(b.getLong(), packs);
        byte[] name = new byte[16];
        byte[] id = new byte[VAULT_ID];
        b.get(name).get(id);
        boolean ours = HexFormat.of().formatHex(name).equals(segment)
                && new String(id, StandardCharsets.US_ASCII).equals(vault);
        return ours ? new LocalHeader(vault, segment, layout, b.getInt(), b.getInt()) : null;
    }

    private static int crc(byte[] cell) {
        CRC32C crc = new CRC32C();
        crc.update(cell, 0, CHECKED);
        return (int) crc.getValue();
    }
}
