package io.doppel.vault.format;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of whole disks, in hex. */
final class Sha256 {
    private static final int PIECE = 1 << 20;

    private Sha256() {}

    static String of(DiskReader disk) throws DoppelException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[PIECE];
        for (long at = 0; at < disk.size(); at += buffer.length) {
            int length = (int) Math.min(buffer.length, disk.size() - at);
            disk.read(at, buffer, 0, length);
            digest.update(buffer, 0, length);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static String of(Path file) throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[PIECE];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
