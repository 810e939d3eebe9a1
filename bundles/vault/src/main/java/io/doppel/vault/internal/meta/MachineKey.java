package io.doppel.vault.internal.meta;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The key file of a server (docs/vault-format.md §3).
 *
 * @param vaultId the vault, a UUID
 * @param slot its slot
 * @param key 32 bytes; cleared by {@link #close}
 */
record MachineKey(String vaultId, String slot, byte[] key) implements AutoCloseable {
    private static final int SLOT = 16;
    private static final int ID = 36;
    private static final int SIZE = MasterKey.LENGTH + SLOT + ID + 4;

    /** The file's content, in an array that the caller clears. */
    byte[] write() {
        ByteBuffer out = ByteBuffer.allocate(SIZE);
        out.put(key).put(slot.getBytes(StandardCharsets.US_ASCII)).put(vaultId.getBytes(StandardCharsets.US_ASCII));
        return out.putInt(crc(out.array())).array();
    }

    /** Reads the file's content; empty if it is not right. */
    static Optional<MachineKey> read(byte[] file) {
        if (file.length != SIZE || ByteBuffer.wrap(file).getInt(SIZE - 4) != crc(file)) {
            return Optional.empty();
        }
        String slot = new String(file, MasterKey.LENGTH, SLOT, StandardCharsets.US_ASCII);
        String id = new String(file, MasterKey.LENGTH + SLOT, ID, StandardCharsets.US_ASCII);
        return Optional.of(new MachineKey(id, slot, Arrays.copyOf(file, MasterKey.LENGTH)));
    }

    private static int crc(byte[] file) {
        CRC32C crc = new CRC32C();
        crc.update(file, 0, SIZE - 4);
        return (int) crc.getValue();
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "MachineKey[" + vaultId + ", " + slot + "]";
    }

    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
    }
}
