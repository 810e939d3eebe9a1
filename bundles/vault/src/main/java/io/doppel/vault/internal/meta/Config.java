package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The object {@code config}.
 *
 * @param magic {@link #MAGIC}
 * @param format {@link #FORMAT}
 * @param features features beyond the format
 * @param id the vault's id, a UUID
 * @param created when it was made
 * @param compression codec of new records, {@code zstd} or {@code lz4}
 */
record Config(String magic, int format, Features features, String id, Instant created, String compression) {
    static final String NAME = "config";

    private static final String MAGIC = "doppel-vault";
    private static final int FORMAT = 1;

    /**
     * Names of features beyond the format.
     *
     * @param compatible may be ignored
     * @param readOnlyCompatible may be ignored by who does not write
     * @param incompatible must be known
     */
    record Features(List<String> compatible, List<String> readOnlyCompatible, List<String> incompatible) {
        Features {
            compatible = compatible == null ? List.of() : List.copyOf(compatible);
            readOnlyCompatible = readOnlyCompatible == null ? List.of() : List.copyOf(readOnlyCompatible);
            incompatible = incompatible == null ? List.of() : List.copyOf(incompatible);
        }
    }

    private record Formats(String magic, int format, Features features) {}

    /** A config with its text, which is still to be verified. */
    record Stored(Config config, SignedText text) {}

    static Config create(String compression) {
        Features none = new Features(List.of(), List.of(), List.of());
        return new Config(MAGIC, FORMAT, none, UUID.randomUUID().toString(), Instant.now(), compression);
    }

    /** Reads it. What is newer than we know is refused before anything else in it is looked at. */
    static Stored read(ObjectIo io, boolean toWrite) throws DoppelException {
        byte[] object;
        try {
            object = io.read(NAME);
        } catch (DoppelException e) {
            if (e.is(VaultError.MISSING_OBJECT)) {
                throw new DoppelException(VaultError.NO_VAULT, "The storage target has no object 'config'", e);
            }
            throw e;
        }
        refuseNewer(object, toWrite);
        SignedText text = SignedText.parse(NAME, object);
        Config config = text.read(Config.class);
        if (!isUuid(config.id()) || config.created() == null || !isCompression(config.compression())) {
            throw Problems.damaged(NAME, "a field is missing or wrong");
        }
        return new Stored(config, text);
    }

    private static void refuseNewer(byte[] object, boolean toWrite) throws DoppelException {
        Optional<Formats> formats = Json.read(SignedText.firstLine(object), Formats.class);
        if (formats.isEmpty()
                || !MAGIC.equals(formats.get().magic())
                || formats.get().features() == null) {
            throw Problems.damaged(NAME, "it is not the config of a vault");
        }
        Formats f = formats.get();
        if (f.format() != FORMAT) {
            throw new DoppelException(VaultError.NEWER_FORMAT, "'config' says that the vault has format " + f.format());
        }
        if (!f.features().incompatible().isEmpty()) {
            throw new DoppelException(
                    VaultError.NEWER_FORMAT,
                    "'config' says that the vault has the features "
                            + f.features().incompatible());
        }
        if (toWrite && !f.features().readOnlyCompatible().isEmpty()) {
            throw new DoppelException(
                    VaultError.NEWER_FORMAT,
                    "'config' says that the vault has the features "
                            + f.features().readOnlyCompatible() + ", with which it can be read but not written here");
        }
    }

    /** Whether it is the name of a codec that we know. */
    static boolean isCompression(String name) {
        return "zstd".equals(name) || "lz4".equals(name);
    }

    private static boolean isUuid(String id) {
        return id != null && id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    }
}
