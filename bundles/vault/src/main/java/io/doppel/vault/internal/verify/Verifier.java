package io.doppel.vault.internal.verify;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyProgress;
import io.doppel.vault.VerifyReport;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.Damage;
import io.doppel.vault.internal.index.FooterScan;
import io.doppel.vault.internal.index.IndexSegments;
import io.doppel.vault.internal.meta.HeadVersion;
import io.doppel.vault.internal.meta.ObjectProblem;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.PackReader;
import io.doppel.vault.internal.tree.NodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Verifies a vault: its descriptive objects, its packs byte by byte, and that every version finds all it needs. */
public final class Verifier {
    private final Storage storage;
    private final VaultMeta meta;
    private final ChunkIndex index;
    private final NodeSource nodes;
    private final VerifyOptions options;
    private final PackVerified onPack;
    private final List<VerifyReport.Problem> problems = new ArrayList<>();
    /** What keeps every version from being read once the vault is closed. */
    private final List<String> vital = new ArrayList<>();

    private final Map<String, List<String>> versionProblems = new LinkedHashMap<>();
    private List<byte[]> single = List.of();

    /** Told of each pack that was read to its end. */
    @FunctionalInterface
    public interface PackVerified {
        /**
         * A pack was verified.
         *
         * @param found what of it is damaged
         */
        void pack(int pack, Damage found) throws DoppelException;
    }

    /** A verifier of an open vault; for one use. */
    public Verifier(
            Storage storage,
            VaultMeta meta,
            ChunkIndex index,
            NodeSource nodes,
            VerifyOptions options,
            PackVerified onPack) {
        this.storage = storage;
        this.meta = meta;
        this.index = index;
        this.nodes = nodes;
        this.options = options;
        this.onPack = onPack;
    }

    /**
     * Verifies.
     *
     * @param only versions to check with the packs they need; empty for everything
     * @throws DoppelException if it was cancelled or the storage cannot be read now; damage is told in the report
     */
    public VerifyReport verify(List<String> only, VerifyProgress progress, CancelToken cancel) throws DoppelException {
        Map<String, VersionManifest> versions = versions(only);
        VersionWalk walk = new VersionWalk(index, nodes, cancel);
        Set<Integer> packs = new TreeSet<>();
        if (only.isEmpty()) {
            checkObjects(cancel);
            for (int i = 0; i < index.packCount(); i++) {
                packs.add(i);
            }
            packs.removeIf(index::isCleared);
        } else {
            packs.addAll(walk.packsOf(versions.values()));
        }
        PackPass pass = pass(packs, progress, cancel);
        VersionWalk.Check check = walk.check(index.distrusted());
        for (Map.Entry<String, VersionManifest> e : versions.entrySet()) {
            versionProblems.put(e.getKey(), check.problems(e.getValue()));
        }
        versionProblems.replaceAll(
                (id, own) -> Stream.concat(vital.stream(), own.stream()).toList());
        if (!pass.damage().none()) {
            checkOthers(check);
        }
        return report(pass.bytes(), check);
    }

    /**
     * Verifies packs, in this order; the report names no version.
     *
     * @throws DoppelException as {@link #verify}
     */
    public VerifyReport verifyPacks(List<Integer> packs, VerifyProgress progress, CancelToken cancel)
            throws DoppelException {
        PackPass pass = pass(packs, progress, cancel);
        return new VerifyReport(pass.bytes(), problems, Map.of(), List.of(), 0);
    }

    private PackPass pass(Collection<Integer> packs, VerifyProgress progress, CancelToken cancel)
            throws DoppelException {
        PackPass pass = new PackPass(storage, meta.keys(), index, options, onPack, progress, cancel);
        pass.run(packs);
        problems.addAll(pass.problems());
        return pass;
    }

    private VerifyReport report(long bytes, VersionWalk.Check check) {
        single = check.single();
        return new VerifyReport(
                bytes,
                problems,
                versionProblems,
                check.needs().told(),
                check.needs().more());
    }

    /** What is found damaged is known to all who need it. */
    private void checkOthers(VersionWalk.Check check) throws DoppelException {
        for (HeadVersion listed : meta.head().versions()) {
            if (versionProblems.containsKey(listed.id())) {
                continue;
            }
            List<String> found = whatIsKnownOf(listed.id(), check);
            if (!found.isEmpty()) {
                versionProblems.put(listed.id(), found);
            }
        }
    }

    /**
     * What is known to be damaged, and what that means for versions: reads the versions and their trees, and no packs. Versions that are
     * not there any more are passed over.
     *
     * @param only the versions; empty for all
     * @param always what keeps each of them from being restored whole
     * @throws DoppelException if it was cancelled or the storage cannot be read now
     */
    public VerifyReport known(List<String> only, List<String> always, CancelToken cancel) throws DoppelException {
        VersionWalk.Check check = new VersionWalk(index, nodes, cancel).check(index.distrusted());
        Set<String> wanted = Set.copyOf(only);
        for (HeadVersion listed : meta.head().versions()) {
            if (wanted.isEmpty() || wanted.contains(listed.id())) {
                List<String> own = whatIsKnownOf(listed.id(), check);
                versionProblems.put(
                        listed.id(),
                        Stream.concat(always.stream(), own.stream()).toList());
            }
        }
        return report(0, check);
    }

    private List<String> whatIsKnownOf(String id, VersionWalk.Check check) throws DoppelException {
        try {
            return check.problems(meta.version(id));
        } catch (DoppelException e) {
            if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                throw e;
            }
            // it may have been removed just now
            return meta.head().lists(id) ? List.of(e.what()) : List.of();
        }
    }

    /** What keeps every version from being restored once the vault is closed. */
    public List<String> vital() {
        return List.copyOf(vital);
    }

    /** Ids of nodes that were found to have one sound copy only. */
    public List<byte[]> single() {
        return single;
    }

    private Map<String, VersionManifest> versions(List<String> only) throws DoppelException {
        List<String> ids = only.isEmpty()
                ? meta.head().versions().stream().map(HeadVersion::id).toList()
                : only;
        Map<String, VersionManifest> found = new LinkedHashMap<>();
        for (String id : ids) {
            try {
                found.put(id, meta.version(id));
            } catch (DoppelException e) {
                if (!e.is(VaultError.DAMAGED_OBJECT) && !e.is(VaultError.MISSING_OBJECT)) {
                    throw e;
                }
                versionProblems.put(id, List.of(e.what()));
            }
        }
        return found;
    }

    private void checkObjects(CancelToken cancel) throws DoppelException {
        for (ObjectProblem p : meta.verifyMeta(cancel)) {
            problems.add(new VerifyReport.Problem(p.object(), p.reason()));
            if (p.vital()) {
                vital.add(p.reason());
            }
        }
        IndexSegments segments = new IndexSegments(storage, meta.keys());
        Set<String> names = new TreeSet<>(meta.head().index());
        // a segment that is not listed may be left over from a crash, but then it is what its name says
        names.addAll(segments.stored());
        for (String name : names) {
            cancel.check();
            note(IndexSegments.objectName(name), () -> segments.check(name), () -> meta.listsSegment(name));
        }
        PackReader reader = new PackReader(storage, meta.keys());
        new FooterScan(storage, meta.keys(), index).forEachUnknown((kind, name) -> {
            cancel.check();
            note(kind.objectName(name), () -> reader.open(kind, name), () -> false);
        });
    }

    private interface Check {
        void run() throws DoppelException;
    }

    private interface Need {
        boolean there() throws DoppelException;
    }

    /** Notes what is wrong; a missing object only if it is needed still, because others are merged and collected meanwhile. */
    private void note(String object, Check check, Need needed) throws DoppelException {
        try {
            check.run();
        } catch (DoppelException e) {
            boolean missing = e.is(VaultError.MISSING_OBJECT);
            if (!e.is(VaultError.DAMAGED_OBJECT) && !missing) {
                throw e;
            }
            if (missing && !needed.there()) {
                return;
            }
            problems.add(new VerifyReport.Problem(object, e.what()));
        }
    }
}
