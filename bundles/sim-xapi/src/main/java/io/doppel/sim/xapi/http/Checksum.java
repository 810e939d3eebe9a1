package io.doppel.sim.xapi.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import net.jpountz.xxhash.XXHashFactory;

/** How the chunks of an XVA are checked. */
public enum Checksum {
    /** Of today's servers: XXH64 as 16 upper-case hex digits. */
    XXHASH(".xxhash"),
    /** Of servers before 8.0: SHA-1 as lower-case hex digits. */
    SHA1(".checksum");

    final String extension;

    Checksum(String extension) {
        this.extension = extension;
    }

    /** The algorithm that the name of a checksum's file tells. */
    static Optional<Checksum> of(String file) {
        for (Checksum checksum : values()) {
            if (file.endsWith(checksum.extension)) {
                return Optional.of(checksum);
            }
        }
        return Optional.empty();
    }

    String of(byte[] data, int length) {
        if (this == XXHASH) {
            return String.format("%016X", XXHashFactory.safeInstance().hash64().hash(data, 0, length, 0));
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(data, 0, length);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
