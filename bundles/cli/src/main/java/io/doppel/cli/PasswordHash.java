package io.doppel.cli;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Hashes a password the way Karaf's {@code spring-security-crypto} service checks it with algorithm {@code pbkdf2}. */
final class PasswordHash {
    private static final int ITERATIONS = 185_000;
    private static final int HASH_BITS = 256;
    private static final int SALT_BYTES = 8;

    private PasswordHash() {}

    static String of(String password) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        try {
            byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1")
                    .generateSecret(new PBEKeySpec(password.toCharArray(), salt, ITERATIONS, HASH_BITS))
                    .getEncoded();
            HexFormat hex = HexFormat.of();
            return "{CRYPT}" + hex.formatHex(salt) + hex.formatHex(hash) + "{CRYPT}";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has PBKDF2", e);
        }
    }
}
