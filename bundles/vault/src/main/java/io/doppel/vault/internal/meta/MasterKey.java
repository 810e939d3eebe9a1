package io.doppel.vault.internal.meta;

import io.doppel.vault.internal.crypto.Hkdf;
import java.util.Arrays;

/** The master key of an open vault (docs/vault-format.md §3) and what comes from it. */
final class MasterKey implements AutoCloseable {
    static final int LENGTH = 32;

    private final byte[] key;
    private final byte[] mac;

    /** Takes the array as it is. */
    MasterKey(byte[] key) {
        this.key = key;
        this.mac = Hkdf.derive(key, new byte[0], "doppel/v1/mac");
    }

    byte[] bytes() {
        return key;
    }

    /** Signs the text objects. */
    byte[] mac() {
        return mac;
    }

    /** The recovery key, in an array that the caller clears. */
    byte[] recoveryKey() {
        return Hkdf.derive(key, new byte[0], "doppel/v1/recovery");
    }

    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
        Arrays.fill(mac, (byte) 0);
    }
}
