package io.doppel.disks.internal;

import java.util.Locale;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/** What XVA's reader and writer share. */
public final class Xva {
    /** Bytes in every chunk of a disk but its last. */
    public static final int CHUNK = 1 << 20;

    /** An XVA that comes in, for messages. */
    static final String WHAT = "The XVA stream";

    static final String DESCRIPTION = "ova.xml";
    static final String HASH_SUFFIX = ".xxhash";
    static final int HASH_DIGITS = 16;

    /** Longest reference: with chunk number and suffix the name must fit into a tar head. */
    static final int LONGEST_REF = TarHeader.LONGEST_NAME - "/00000000".length() - HASH_SUFFIX.length();

    private Xva() {}

    static String chunkName(String ref, long number) {
        return String.format(Locale.ROOT, "%s/%08d", ref, number);
    }

    /** XXH64 in upper-case hexadecimal digits. */
    static String hash(byte[] buffer, int length) {
        return String.format(Locale.ROOT, "%016X", Hash.XXH64.hash(buffer, 0, length, 0));
    }

    /** Loads the native library only when it is needed. */
    private static final class Hash {
        static final XXHash64 XXH64 = XXHashFactory.nativeInstance().hash64();
    }
}
