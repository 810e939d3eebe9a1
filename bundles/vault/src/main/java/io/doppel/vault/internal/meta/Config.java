package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    private static final String COPY = ".config";
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

    private record Formats(String magic, Integer format, Features features) {}

    static Config create(String compression) {
        Features none = new Features(List.of(), List.of(), List.of());
        return new Config(MAGIC, FORMAT, none, UUID.randomUUID().toString(), Instant.now(), compression);
    }

    /** Name of the copy. */
    static String copyName(String vaultId) {
        return Pair.COPIES + "/" + KeySlots.mark(vaultId) + COPY;
    }

    /**
     * The ids that the vault may have, the likeliest first: that in the config, and those in copies of configs. Only who has the key can
     * tell which of them is right. What says that it is newer than we know is believed.
     *
     * @throws DoppelException {@link VaultError#NO_VAULT}; {@link VaultError#NEWER_FORMAT}; what is wrong with the config if that leaves
     *     no id
     */
    static List<String> ids(ObjectIo io, boolean toWrite) throws DoppelException {
        Set<String> ids = new LinkedHashSet<>();
        Optional<DoppelException> fault = addId(ids, io, NAME, toWrite);
        if (fault.filter(e -> e.is(VaultError.NEWER_FORMAT)).isPresent()) {
            throw fault.get();
        }
        if (fault.filter(e -> e.is(VaultError.MISSING_OBJECT)).isPresent() && !exists(io)) {
            throw new DoppelException(
                    VaultError.NO_VAULT, "The storage target has no object '" + NAME + "'", fault.get());
        }
        List<DoppelException> faults = new ArrayList<>(fault.stream().toList());
        for (String copy : copies(io)) {
            addId(ids, io, copy, toWrite).ifPresent(faults::add);
        }
        if (ids.isEmpty()) {
            throw noId(faults);
        }
        return List.copyOf(ids);
    }

    /** One failure for all: that a copy is of a newer format, or what is wrong with each. */
    private static DoppelException noId(List<DoppelException> faults) {
        String all =
                String.join("; ", faults.stream().map(DoppelException::what).toList());
        return faults.stream()
                .filter(e -> e.is(VaultError.NEWER_FORMAT))
                .findFirst()
                .orElseGet(() -> new DoppelException(faults.get(0).code(), all, faults.get(0)));
    }

    /** Adds the id that an object names, or tells why it names none. */
    private static Optional<DoppelException> addId(Set<String> ids, ObjectIo io, String name, boolean toWrite)
            throws DoppelException {
        try {
            ids.add(parse(name, SignedText.firstLine(io.read(name)), toWrite).id());
            return Optional.empty();
        } catch (DoppelException e) {
            if (!Problems.mayBeOfOneObject(e) && !e.is(VaultError.NEWER_FORMAT)) {
                throw e;
            }
            return Optional.of(e);
        }
    }

    private static List<String> copies(ObjectIo io) throws DoppelException {
        return io.list(Pair.COPIES).stream()
                .filter(n -> n.endsWith(COPY))
                .map(n -> Pair.COPIES + "/" + n)
                .toList();
    }

    /** Whether a vault was made there: also if its config is gone, there is its copy, a lease or a head. */
    static boolean exists(ObjectIo io) throws DoppelException {
        return io.exists(NAME)
                || !copies(io).isEmpty()
                || !io.list(Leases.FOLDER).isEmpty()
                || !io.list(Heads.FOLDER).isEmpty();
    }

    /** The config of the vault with that master key, and its copy. */
    static Pair<SignedText> stored(ObjectIo io, String vaultId, MasterKey master) throws DoppelException {
        return Pair.read(NAME, copyName(vaultId), name -> SignedText.verified(io, name, master.mac()));
    }

    /**
     * The config in the first line of an object. What is newer than we know is refused before anything else in it is looked at.
     *
     * @throws DoppelException {@link VaultError#NEWER_FORMAT}; {@link VaultError#DAMAGED_OBJECT}
     */
    static Config parse(String name, byte[] line, boolean toWrite) throws DoppelException {
        refuseNewer(name, line, toWrite);
        return Json.read(line, Config.class)
                .filter(c -> isUuid(c.id()) && c.created() != null && isCompression(c.compression()))
                .orElseThrow(() -> Problems.damaged(name, "a field is missing or wrong"));
    }

    private static void refuseNewer(String name, byte[] line, boolean toWrite) throws DoppelException {
        Formats f = Json.read(line, Formats.class)
                .filter(found -> MAGIC.equals(found.magic()) && found.features() != null)
                .filter(found -> found.format() != null && found.format() >= FORMAT)
                .orElseThrow(() -> Problems.damaged(name, "it is not the config of a vault"));
        String says = "'" + name + "' says that the vault has ";
        if (f.format() != FORMAT) {
            throw new DoppelException(VaultError.NEWER_FORMAT, says + "format " + f.format());
        }
        if (!f.features().incompatible().isEmpty()) {
            throw new DoppelException(
                    VaultError.NEWER_FORMAT,
                    says + "the features " + f.features().incompatible());
        }
        if (toWrite && !f.features().readOnlyCompatible().isEmpty()) {
            throw new DoppelException(
                    VaultError.NEWER_FORMAT,
                    says + "the features " + f.features().readOnlyCompatible()
                            + ", with which it can be read but not written here");
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
