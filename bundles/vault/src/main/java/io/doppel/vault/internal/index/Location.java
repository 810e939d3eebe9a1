package io.doppel.vault.internal.index;

/**
 * Where a record is.
 *
 * @param pack number of the pack in the {@link PackTable}
 * @param offset first byte in the pack
 * @param stored bytes in the pack, with tag
 * @param raw bytes of plaintext
 * @param codec codec byte
 */
public record Location(int pack, long offset, int stored, int raw, byte codec) {
    /** First byte behind the record. */
    public long end() {
        return offset + stored;
    }
}
