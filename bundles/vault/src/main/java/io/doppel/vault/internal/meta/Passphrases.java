package io.doppel.vault.internal.meta;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.ByteCount;
import io.doppel.vault.VaultError;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** Keys from passphrases: Argon2id over the passphrase in UTF-8, normalised to NFC. */
final class Passphrases {
    private static final int VERSION = Argon2Parameters.ARGON2_VERSION_13;
    private static final int MEMORY_KIB = 65536;
    private static final int ITERATIONS = 3;
    private static final int LANES = 4;
    private static final int SALT = 16;
    private static final int MOST_MEMORY_KIB = 1 << 20;
    private static final int MOST_ITERATIONS = 64;
    private static final int MOST_LANES = 64;

    private Passphrases() {}

    /** The parameters of a new slot, with a new salt. */
    static Slot.Kdf newKdf() {
        return new Slot.Kdf("argon2id", VERSION, MEMORY_KIB, ITERATIONS, LANES, Digests.random(SALT));
    }

    /** Whether the parameters are of a kind and size that we calculate. */
    static boolean isAcceptable(Slot.Kdf kdf) {
        return "argon2id".equals(kdf.name())
                && isWithin(kdf.version(), VERSION, VERSION)
                && isWithin(kdf.parallelism(), 1, MOST_LANES)
                && isWithin(kdf.memoryKiB(), 8 * kdf.parallelism(), MOST_MEMORY_KIB)
                && isWithin(kdf.iterations(), 1, MOST_ITERATIONS)
                && kdf.salt() != null
                && kdf.salt().length == SALT;
    }

    private static boolean isWithin(Integer value, int least, int most) {
        return value != null && value >= least && value <= most;
    }

    /**
     * The key of a passphrase under acceptable parameters, in an array that the caller clears.
     *
     * @throws DoppelException {@link VaultError#SLOT_MEMORY}, before anything is allocated; {@link CommonError#BAD_SETTING}
     */
    static byte[] derive(char[] passphrase, Slot.Kdf kdf) throws DoppelException {
        requireMemory(kdf, Runtime.getRuntime().maxMemory());
        byte[] secret = utf8(passphrase);
        try {
            byte[] key = new byte[MasterKey.LENGTH];
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(kdf.version())
                    .withMemoryAsKB(kdf.memoryKiB())
                    .withIterations(kdf.iterations())
                    .withParallelism(kdf.parallelism())
                    .withSalt(kdf.salt())
                    .build());
            generator.generateBytes(secret, key);
            return key;
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * Argon2 takes its memory from the heap; more than half of that would take it from whatever else goes on. Slots as we make them are
     * tried whatever the heap is.
     *
     * @param heap bytes that the process may have
     */
    static void requireMemory(Slot.Kdf kdf, long heap) throws DoppelException {
        long needed = kdf.memoryKiB() * 1024L;
        if (kdf.memoryKiB() > MEMORY_KIB && needed > heap / 2) {
            throw new DoppelException(
                    VaultError.SLOT_MEMORY,
                    "it asks for " + ByteCount.text(needed) + " of memory, and this process may use "
                            + ByteCount.text(heap) + ", of which a slot gets at most half");
        }
    }

    private static byte[] utf8(char[] passphrase) throws DoppelException {
        if (Normalizer.isNormalized(CharBuffer.wrap(passphrase), Normalizer.Form.NFC)) {
            return encode(passphrase);
        }
        // Java normalises into a String only, which cannot be cleared; most passphrases do not come here.
        char[] composed = Normalizer.normalize(CharBuffer.wrap(passphrase), Normalizer.Form.NFC)
                .toCharArray();
        try {
            return encode(composed);
        } finally {
            Arrays.fill(composed, '\0');
        }
    }

    /** The encoder writes into this array and into no other. */
    private static byte[] encode(char[] text) throws DoppelException {
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        ByteBuffer encoded = ByteBuffer.allocate((int) Math.ceil(text.length * (double) encoder.maxBytesPerChar()));
        try {
            CoderResult end = encoder.encode(CharBuffer.wrap(text), encoded, true);
            if (end.isError()) {
                throw new DoppelException(CommonError.BAD_SETTING, "The passphrase has half a character in it");
            }
            return Arrays.copyOf(encoded.array(), encoded.position());
        } finally {
            Arrays.fill(encoded.array(), (byte) 0);
        }
    }
}
