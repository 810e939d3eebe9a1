package io.doppel.vault.internal.verify;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VerifiedPacks;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyProgress;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.DamageFile;
import io.doppel.vault.internal.index.PackTimes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this server knows of the packs of an open vault: what is damaged, and when each was verified. */
public final class KnownPacks implements VerifiedPacks, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KnownPacks.class);

    /** Damage is saved this often, however much is found. */
    private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String vault;
    private final ChunkIndex index;
    private final DamageFile damage;
    private final PackTimes times;
    private final Verifiers verifiers;
    private final Findings findings;
    /** Packs that were found damaged a moment ago, and when. */
    private final Map<Integer, Instant> unsaved = new HashMap<>();

    private long savedAtNanos = System.nanoTime();
    private boolean told;
    /** What the last verification of everything found that keeps all versions from being restored once the vault is closed. */
    private volatile List<String> vital = List.of();

    /** Makes verifiers. */
    @FunctionalInterface
    public interface Verifiers {
        /** A verifier of the vault, for one use. */
        Verifier make(VerifyOptions options, Verifier.PackVerified onPack);
    }

    /** Draws conclusions. */
    @FunctionalInterface
    public interface Findings {
        /**
         * Something was verified, or what is known looked through.
         *
         * @param single ids of tree nodes that were found to have one sound copy only
         */
        void found(VerifyReport report, List<byte[]> single, CancelToken cancel) throws DoppelException;
    }

    /**
     * Nothing is known yet.
     *
     * @param folder where this server keeps what it knows of the vault
     */
    public KnownPacks(Path folder, String vault, ChunkIndex index, Verifiers verifiers, Findings findings) {
        this.vault = vault;
        this.index = index;
        this.damage = new DamageFile(folder.resolve("damage"), vault, index);
        this.times = new PackTimes(folder.resolve("verified"), vault, index);
        this.verifiers = verifiers;
        this.findings = findings;
    }

    /** Loads what was known when the vault was last open here, once its index is loaded. */
    public void load() throws DoppelException {
        damage.load();
        tryTo(times::load);
    }

    private interface Keeping {
        void run() throws DoppelException;
    }

    /** What cannot be kept has to be found out again later, and keeps nobody from working. */
    private void tryTo(Keeping keeping) {
        try {
            keeping.run();
        } catch (DoppelException e) {
            if (!told) {
                told = true;
                LOG.warn(
                        "Vault {}: when packs were verified is forgotten at the next start: {}", vault, e.getMessage());
            }
        }
    }

    /** A pack was stored. */
    public void stored(int pack, Instant at) {
        tryTo(() -> times.stored(pack, at));
    }

    /** Verifies versions, or everything; see {@link Verifier#verify}. */
    public VerifyReport verify(
            List<String> versionIds, VerifyOptions options, VerifyProgress progress, CancelToken cancel)
            throws DoppelException {
        Verifier verifier = verifier(options);
        try {
            VerifyReport report = verifier.verify(versionIds, progress, cancel);
            if (versionIds.isEmpty()) {
                vital = verifier.vital();
            }
            findings.found(report, verifier.single(), cancel);
            return report;
        } finally {
            saveUnsaved();
        }
    }

    @Override
    public VerifyReport verify(int[] packs, VerifyOptions options, VerifyProgress progress, CancelToken cancel)
            throws DoppelException {
        try {
            return verifier(options).verifyPacks(Arrays.stream(packs).boxed().toList(), progress, cancel);
        } finally {
            saveUnsaved();
        }
    }

    @Override
    public VerifyReport knownDamage(List<String> versions, CancelToken cancel) throws DoppelException {
        Verifier verifier = verifier(VerifyOptions.fast(Clock.systemUTC()));
        VerifyReport report = verifier.known(versions, vital, cancel);
        findings.found(report, verifier.single(), cancel);
        return report;
    }

    private Verifier verifier(VerifyOptions options) {
        return verifiers.make(
                options, (pack, found) -> verified(pack, found, options.clock().instant()));
    }

    private synchronized void verified(int pack, Damage found, Instant at) {
        index.verified(Set.of(pack), found);
        if (found.none()) {
            tryTo(() -> times.verified(pack, at));
            return;
        }
        unsaved.put(pack, at);
        if (System.nanoTime() - savedAtNanos > SAVE_NANOS) {
            saveUnsaved();
        }
    }

    /** A pack must not count as verified after a restart that has forgotten what was found in it. */
    private synchronized void saveUnsaved() {
        if (saveDamage()) {
            unsaved.forEach((pack, at) -> tryTo(() -> times.verified(pack, at)));
        }
        unsaved.clear();
        savedAtNanos = System.nanoTime();
        tryTo(times::sync);
    }

    private boolean saveDamage() {
        try {
            damage.save();
            return true;
        } catch (DoppelException e) {
            LOG.warn("Vault {}: what was found damaged is forgotten at the next start: {}", vault, e.getMessage());
            return false;
        }
    }

    @Override
    public int[] due(Instant now, Duration verifiedFor, Duration storedFor) {
        return times.due(now, now.minus(verifiedFor), now.minus(storedFor));
    }

    @Override
    public Optional<Instant> verifiedAt(int pack) {
        return times.verifiedAt(pack);
    }

    @Override
    public Optional<Instant> since() {
        return since(all());
    }

    @Override
    public Optional<Instant> since(BitSet packs) {
        return times.oldest(packs.stream());
    }

    @Override
    public BitSet all() {
        BitSet all = new BitSet();
        all.set(0, index.packCount());
        return withoutCleared(all);
    }

    @Override
    public BitSet damaged() {
        BitSet bad = new BitSet();
        index.distrusted().packsSince(Damage.NONE).forEach(bad::set);
        return withoutCleared(bad);
    }

    private BitSet withoutCleared(BitSet packs) {
        for (int pack = packs.nextSetBit(0); pack >= 0; pack = packs.nextSetBit(pack + 1)) {
            if (index.isCleared(pack)) {
                packs.clear(pack);
            }
        }
        return packs;
    }

    @Override
    public long bytes(BitSet packs) {
        return packs.stream().mapToLong(index::packSize).sum();
    }

    /** Keeps everything. */
    @Override
    public void close() {
        saveDamage();
        tryTo(times::close);
    }
}
