package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.VaultError;
import io.doppel.vault.VaultOwner;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts recovery copies and reads them (docs/vault-format.md §16). Safe for several threads. */
final class RecoveryFolder implements RecoveryCopies {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryFolder.class);
    private static final int PART_DIGITS = 32;
    /** Names that late copies of ours may have taken. */
    private static final int ROUNDS = 16;

    private final VaultMeta meta;
    private final VaultOwner owner;
    private final CopyObjects objects;

    /** Parts that were put since this was opened, or since the last full copy, by the hash of their content. */
    private final Map<String, StoredCopy.Part> series = new HashMap<>();

    private LocalDate day = LocalDate.MIN;

    RecoveryFolder(VaultMeta meta, VaultOwner owner, CopyObjects objects) {
        this.meta = meta;
        this.owner = owner;
        this.objects = objects;
    }

    @Override
    public Draft begin(Instant made) throws DoppelException {
        meta.checkLease();
        return new OpenDraft(made, objects.list());
    }

    @Override
    public List<Found> all() throws DoppelException {
        meta.requireOpen();
        List<Found> all = new ArrayList<>();
        for (String id : objects.list().copies()) {
            try {
                StoredCopy copy = objects.read(id);
                all.add(new Found(id, copy.installation(), copy.server(), copy.made(), copy.about(), copy.bytes(), ""));
            } catch (DoppelException e) {
                if (!Problems.mayBeOfOneObject(e)) {
                    throw e;
                }
                if (!e.is(VaultError.MISSING_OBJECT)) {
                    all.add(new Found(id, "", "", Instant.EPOCH, "", 0, e.getMessage()));
                }
            }
        }
        return List.copyOf(all);
    }

    @Override
    public void read(String id, Reader reader) throws DoppelException {
        meta.requireOpen();
        if (!objects.list().copies().contains(id)) {
            throw new DoppelException(VaultError.NO_COPY, "Vault " + meta.id() + " has no recovery copy '" + id + "'");
        }
        for (StoredCopy.Part part : objects.readAgain(id).parts()) {
            objects.read(part, reader);
        }
    }

    private final class OpenDraft implements Draft {
        private final Instant made;
        private final CopyObjects.Listing before;
        private final List<StoredCopy.Part> parts = new ArrayList<>();
        private long storedBytes;

        OpenDraft(Instant made, CopyObjects.Listing before) {
            this.made = made;
            this.before = before;
            LocalDate today = LocalDate.ofInstant(made, ZoneOffset.UTC);
            synchronized (series) {
                if (!today.equals(day)) {
                    series.clear();
                    day = today;
                }
            }
        }

        @Override
        public void part(byte[] content) throws DoppelException {
            if (content.length > MOST_PART) {
                throw new IllegalArgumentException(content.length + " bytes");
            }
            String hash = Digests.hexSha256(content);
            synchronized (series) {
                StoredCopy.Part there = series.get(hash);
                if (there == null || !before.parts().contains(there.id()) && !parts.contains(there)) {
                    there = new StoredCopy.Part(Digests.randomHex(PART_DIGITS), hash, content.length);
                    objects.put(there.id(), content);
                    series.put(hash, there);
                    storedBytes += content.length;
                }
                parts.add(there);
            }
        }

        @Override
        public Written commit(String about) throws DoppelException {
            long epoch = meta.leaseEpoch();
            String prefix = CopyObjects.id(epoch, 0).substring(0, 9);
            long number = before.copies().stream()
                            .filter(id -> id.startsWith(prefix))
                            .mapToLong(id -> Long.parseLong(id.substring(prefix.length()), 16))
                            .max()
                            .orElse(0)
                    + 1;
            meta.checkLease();
            for (int round = 1; ; round++) {
                StoredCopy copy = new StoredCopy(
                        CopyObjects.id(epoch, number),
                        epoch,
                        owner.installationId(),
                        owner.serverName(),
                        made,
                        about,
                        parts);
                try {
                    objects.put(copy);
                    prune(copy);
                    return new Written(copy.id(), copy.bytes(), storedBytes);
                } catch (DoppelException e) {
                    if (!e.is(StorageError.EXISTS) || round == ROUNDS) {
                        throw e;
                    }
                    number++;
                }
            }
        }

        /** The copy is there; what is old and cannot be deleted now is deleted with a later one. */
        private void prune(StoredCopy fresh) throws DoppelException {
            // a server that took over puts copies and parts only behind its lease: none of them is in that listing then
            meta.checkLease();
            try {
                new CopyPruning(objects, fresh, before).run();
            } catch (DoppelException e) {
                LOG.warn("Vault {}: old recovery copies stay until the next one: {}", meta.id(), e.getMessage());
            }
        }

        @Override
        public void close() {
            // parts without a copy are deleted behind the next one
        }
    }
}
