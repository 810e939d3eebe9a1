package io.doppel.disks.internal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The checksums that follow an XVA's chunks. */
enum Checksum {
    XXHASH(Xva.HASH_SUFFIX, Xva.HASH_DIGITS) {
        @Override
        String of(byte[] buffer, int length) {
            return Xva.hash(buffer, length);
        }
    },
    SHA1(".checksum", 40) {
        @Override
        String of(byte[] buffer, int length) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-1");
                digest.update(buffer, 0, length);
                return HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                // Every Java has it.
                throw new IllegalStateException(e);
            }
        }
    };

    private final String suffix;
    private final int digits;

    Checksum(String suffix, int digits) {
        this.suffix = suffix;
        this.digits = digits;
    }

    /** The kind that this file is for the chunk; empty if it is something else. */
    static Optional<Checksum> of(TarHeader file, String chunk) {
        for (Checksum kind : values()) {
            if (file.name().equals(chunk + kind.suffix) && file.size() == kind.digits) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** In hexadecimal digits as XAPI writes them. */
    abstract String of(byte[] buffer, int length);

    /** Whether the digits, of either case, are those of the chunk. */
    boolean matches(byte[] written, byte[] buffer, int length) {
        return of(buffer, length).equalsIgnoreCase(new String(written, StandardCharsets.US_ASCII));
    }
}
