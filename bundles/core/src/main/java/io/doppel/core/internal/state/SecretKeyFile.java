package io.doppel.core.internal.state;

import io.doppel.api.error.DoppelException;
import io.doppel.core.SecretError;
import io.doppel.vault.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The 256-bit key of the secret store and what is done with it (AES-256-GCM, a random nonce for each value). */
final class SecretKeyFile {
    /** Bytes of {@link #fingerprint()}. */
    static final int FINGERPRINT = 8;

    private static final int KEY = 32;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;
    private final byte[] fingerprint;

    private SecretKeyFile(byte[] bytes) {
        key = new SecretKeySpec(bytes, "AES");
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("doppel secret key".getBytes(StandardCharsets.US_ASCII));
            fingerprint = Arrays.copyOf(digest.digest(bytes), FINGERPRINT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads the key file; makes one if it is absent and may be made. */
    static SecretKeyFile open(Path file, boolean mayMake) throws IOException, DoppelException {
        if (!Files.exists(file)) {
            if (!mayMake) {
                throw new DoppelException(SecretError.KEY_MISSING, "'" + file + "' is missing");
            }
            byte[] fresh = new byte[KEY];
            RANDOM.nextBytes(fresh);
            DurableFiles.replace(file, fresh);
            Arrays.fill(fresh, (byte) 0);
        }
        if (isExposed(file)) {
            throw new DoppelException(SecretError.KEY_EXPOSED, "Others than its owner have rights on '" + file + "'");
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            if (bytes.length != KEY) {
                throw new DoppelException(
                        SecretError.KEY_DAMAGED, "'" + file + "' has " + bytes.length + " bytes instead of " + KEY);
            }
            return new SecretKeyFile(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static boolean isExposed(Path file) throws IOException {
        Set<PosixFilePermission> others = new HashSet<>(Files.getPosixFilePermissions(file));
        others.removeAll(Set.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));
        return !others.isEmpty();
    }

    /** Tells keys apart without giving anything away. */
    byte[] fingerprint() {
        return fingerprint.clone();
    }

    /** Nonce and ciphertext. */
    byte[] encrypt(byte[] plain, byte[] label) {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, label);
            byte[] sealed = Arrays.copyOf(nonce, NONCE + cipher.getOutputSize(plain.length));
            cipher.doFinal(plain, 0, plain.length, sealed, NONCE);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The plain bytes; empty if the bytes, the label or the key are not those of the encryption. */
    Optional<byte[]> decrypt(byte[] sealed, byte[] label) {
        if (sealed.length < NONCE + TAG_BITS / 8) {
            return Optional.empty();
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), label);
            return Optional.of(cipher.doFinal(sealed, NONCE, sealed.length - NONCE));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] label) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(label);
        return cipher;
    }
}
