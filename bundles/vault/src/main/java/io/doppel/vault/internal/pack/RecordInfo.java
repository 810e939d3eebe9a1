package io.doppel.vault.internal.pack;

/**
 * A record as its pack's footer tells of it.
 *
 * @param id 32 bytes, not to be changed
 * @param codec codec byte
 * @param raw bytes of plaintext
 * @param stored bytes in the pack, with tag
 * @param offset where it starts in the pack
 */
@SuppressWarnings("ArrayRecordComponent")
public record RecordInfo(byte[] id, byte codec, int raw, int stored, long offset) {
    /** First byte behind the record. */
    public long end() {
        return offset + stored;
    }
}
