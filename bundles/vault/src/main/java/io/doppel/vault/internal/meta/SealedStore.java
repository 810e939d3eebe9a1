package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.Optional;
import java.util.function.Function;

/** Sealed objects as values. Safe for several threads. */
final class SealedStore {
    private final ObjectIo io;
    private final KeyRing keys;

    SealedStore(ObjectIo io, KeyRing keys) {
        this.io = io;
        this.keys = keys;
    }

    /**
     * A value with the object that holds it.
     *
     * @param value the value
     * @param sha256 hex SHA-256 of the object
     * @param object the object; empty after reading
     */
    record Sealed<T>(T value, String sha256, byte[] object) {}

    ObjectIo io() {
        return io;
    }

    /** Reads and authenticates. An object that is not right is read a second time before it counts as damaged. */
    <T> Sealed<T> read(Kind kind, String name, Class<T> type) throws DoppelException {
        return read(kind, name, plain -> Json.read(plain, type));
    }

    /** As {@link #read}, of a kind whose plaintext is any bytes. */
    byte[] readBytes(Kind kind, String name) throws DoppelException {
        return read(kind, name, Optional::of).value();
    }

    private <T> Sealed<T> read(Kind kind, String name, Function<byte[], Optional<T>> parser) throws DoppelException {
        Optional<Sealed<T>> sealed = open(kind, name, parser, io.read(name));
        if (sealed.isPresent()) {
            return sealed.get();
        }
        byte[] again = io.read(name);
        sealed = open(kind, name, parser, again);
        if (sealed.isPresent()) {
            return sealed.get();
        }
        Optional<Integer> epoch = SealedObject.epoch(kind, again);
        boolean known = epoch.isEmpty() || keys.findRoot(epoch.get()).isPresent();
        throw Problems.damaged(
                name,
                known
                        ? "its content is not what was written"
                        : "it names key epoch " + Integer.toUnsignedString(epoch.get())
                                + ", which no keyring has; if it is right, the keyring was taken away");
    }

    private <T> Optional<Sealed<T>> open(Kind kind, String name, Function<byte[], Optional<T>> parser, byte[] object)
            throws DoppelException {
        Optional<Integer> epoch = SealedObject.epoch(kind, object);
        if (epoch.isEmpty()) {
            return Optional.empty();
        }
        return keys.findRoot(epoch.get())
                .flatMap(root -> SealedObject.open(name, root, object))
                .flatMap(parser)
                .map(value -> new Sealed<>(value, Digests.hexSha256(object), new byte[0]));
    }

    /** Seals without storing. */
    <T> Sealed<T> seal(Kind kind, String name, T value) throws DoppelException {
        byte[] object = seal(kind, name, Json.write(value));
        return new Sealed<>(value, Digests.hexSha256(object), object);
    }

    private byte[] seal(Kind kind, String name, byte[] plain) throws DoppelException {
        int epoch = keys.currentEpoch();
        return SealedObject.seal(kind, name, epoch, keys.root(epoch), plain);
    }

    /** Seals and stores what is of a kind whose plaintext is any bytes. */
    void putBytes(Kind kind, String name, byte[] plain) throws DoppelException {
        io.put(name, seal(kind, name, plain));
    }

    /** Seals and stores. */
    void put(Kind kind, String name, Object value) throws DoppelException {
        io.put(name, seal(kind, name, value).object());
    }
}
