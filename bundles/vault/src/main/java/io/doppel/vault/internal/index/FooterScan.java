package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.ObjectName;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Learns of packs that no segment tells of, by listing all packs and reading the footers of unknown ones, four at once. Holds the names of
 * these, in about 40 bytes each, and four footers.
 */
public final class FooterScan {
    private final Storage storage;
    private final KeyRing keys;
    private final ChunkIndex index;

    /** Takes what is found. */
    @FunctionalInterface
    public interface Found {
        /** A pack that the index does not know; called by several threads. */
        void pack(PackInfo info) throws DoppelException;
    }

    /**
     * A pack that the storage cannot read now. Nothing is known of it but that it is there.
     *
     * @param object name of its object
     * @param why the storage's failure
     */
    public record Unread(String object, DoppelException why) {
        /** A sentence for people. */
        public String warning() {
            return why.code().id() + ": Pack '" + object + "' cannot be read: " + why.what()
                    + "; it stays, and what it holds counts as not stored until it can be read again";
        }
    }

    /** For an open vault's storage, keys and index. */
    public FooterScan(Storage storage, KeyRing keys, ChunkIndex index) {
        this.storage = storage;
        this.keys = keys;
        this.index = index;
    }

    /** The packs that are in the storage but not in the index. */
    private PackTable unknown() throws DoppelException {
        PackTable names = new PackTable();
        for (ObjectKind kind : ObjectKind.values()) {
            storage.list(kind.folder(), o -> {
                String name = ObjectName.last(o.name());
                if (PackTable.isName(name) && o.name().equals(kind.objectName(name)) && !index.knowsPack(name)) {
                    names.add(name, kind, o.size(), 0);
                }
            });
        }
        return names;
    }

    /**
     * Reads the footers of all packs that the index does not know. Packs that are damaged are left out; verification names them.
     *
     * @param skip names of packs that shall not be looked at; asked after the listing
     * @return packs that cannot be read now, which are few
     * @throws DoppelException the storage's failures, or what {@code found} throws; what was found by then was given out
     */
    public List<Unread> run(Predicate<String> skip, Found found) throws DoppelException {
        PackTable unknown = unknown();
        FewFailures<Optional<PackInfo>> reading = new FewFailures<>(
                i -> skip.test(unknown.name(i)) ? Optional.empty() : read(unknown.kind(i), unknown.name(i)), info -> {
                    if (info.isPresent()) {
                        found.pack(info.get());
                    }
                });
        return reading.run("doppel-vault-footers", unknown.size()).stream()
                .map(f -> new Unread(unknown.kind(f.i()).objectName(unknown.name(f.i())), f.why()))
                .toList();
    }

    private Optional<PackInfo> read(ObjectKind kind, String name) throws DoppelException {
        if (index.knowsPack(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PackReader(storage, keys).open(kind, name).info());
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Told of packs. */
    @FunctionalInterface
    public interface Unknown {
        /** A pack of that kind and name. */
        void pack(ObjectKind kind, String name) throws DoppelException;
    }

    /** Tells of all packs that are in the storage but not in the index. */
    public void forEachUnknown(Unknown to) throws DoppelException {
        PackTable unknown = unknown();
        for (int i = 0; i < unknown.size(); i++) {
            to.pack(unknown.kind(i), unknown.name(i));
        }
    }
}
