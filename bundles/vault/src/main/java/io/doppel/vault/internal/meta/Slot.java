package io.doppel.vault.internal.meta;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.crypto.Hkdf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key slot: the master key, wrapped (docs/vault-format.md §3).
 *
 * @param slot 16 hex digits, the first eight those of the vault's id
 * @param kind what opens it
 * @param label for people
 * @param created when it was made
 * @param kdf how its key is made
 * @param nonce 12 bytes
 * @param wrapped 48 bytes
 */
record Slot(String slot, String kind, String label, Instant created, Kdf kdf, byte[] nonce, byte[] wrapped) {
    static final String PASSPHRASE = "passphrase";
    static final String RECOVERY = "recovery";
    static final String MACHINE = "machine";

    private static final int NONCE = 12;

    /**
     * How the key of a slot is made; all but the name only for Argon2id.
     *
     * @param name {@code argon2id} or {@code hkdf}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Kdf(String name, Integer version, Integer memoryKiB, Integer iterations, Integer parallelism, byte[] salt) {
        static Kdf hkdf() {
            return new Kdf("hkdf", null, null, null, null, null);
        }
    }

    /** Wraps the master key. */
    static Slot wrap(String vaultId, String slot, String kind, String label, Kdf kdf, byte[] kek, MasterKey master) {
        byte[] nonce = Digests.random(NONCE);
        byte[] wrapped = new byte[MasterKey.LENGTH + Gcm.TAG];
        new Gcm()
                .seal(
                        new SecretKeySpec(kek, "AES"),
                        nonce,
                        associated(vaultId, slot, kind),
                        master.bytes(),
                        0,
                        MasterKey.LENGTH,
                        wrapped,
                        0);
        return new Slot(slot, kind, label, Instant.now(), kdf, nonce, wrapped);
    }

    /** The key of a slot that a random key opens. */
    static byte[] kek(byte[] key, String slot) {
        return Hkdf.derive(key, slot.getBytes(StandardCharsets.US_ASCII), "doppel/v1/slot");
    }

    /** The master key; empty if {@code kek} does not fit. */
    Optional<MasterKey> unwrap(String vaultId, byte[] kek) {
        byte[] key = new byte[MasterKey.LENGTH];
        int length = new Gcm()
                .open(
                        new SecretKeySpec(kek, "AES"),
                        nonce,
                        associated(vaultId, slot, kind),
                        wrapped,
                        0,
                        wrapped.length,
                        key,
                        0);
        return length < 0 ? Optional.empty() : Optional.of(new MasterKey(key));
    }

    /** As {@link #unwrap} with the random key that opens a slot of kind recovery or machine. */
    Optional<MasterKey> unwrapWithKey(String vaultId, byte[] key) {
        byte[] kek = kek(key, slot);
        Optional<MasterKey> master = unwrap(vaultId, kek);
        Arrays.fill(kek, (byte) 0);
        return master;
    }

    /** Whether all parts are there and of the sizes and kinds that we know. */
    @JsonIgnore
    boolean isWellFormed() {
        if (slot == null || kind == null || created == null || kdf == null || nonce == null || wrapped == null) {
            return false;
        }
        boolean kdfFits = switch (kind) {
            case PASSPHRASE -> Passphrases.isAcceptable(kdf);
            case RECOVERY, MACHINE -> "hkdf".equals(kdf.name());
            default -> false;
        };
        return kdfFits && nonce.length == NONCE && wrapped.length == MasterKey.LENGTH + Gcm.TAG;
    }

    private static byte[] associated(String vaultId, String slot, String kind) {
        return ("doppel/v1/slot\0" + vaultId + "\0" + slot + "\0" + kind).getBytes(StandardCharsets.UTF_8);
    }
}
