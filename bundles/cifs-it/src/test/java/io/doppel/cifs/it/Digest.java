package io.doppel.cifs.it;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.DiskReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of disks, to tell whether two are the same bit by bit. */
final class Digest {
    private static final int PIECE = 1 << 20;

    private Digest() {}

    static String of(Path image) throws IOException {
        MessageDigest sha = sha();
        byte[] piece = new byte[PIECE];
        try (InputStream in = Files.newInputStream(image)) {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                sha.update(piece, 0, n);
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    static String of(DiskReader disk) throws DoppelException {
        MessageDigest sha = sha();
        byte[] piece = new byte[PIECE];
        for (long at = 0; at < disk.size(); at += piece.length) {
            int n = (int) Math.min(piece.length, disk.size() - at);
            disk.read(at, piece, 0, n);
            sha.update(piece, 0, n);
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
