package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.meta.SealedStore.Sealed;
import io.doppel.vault.internal.pack.ObjectName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;

/** Checks the descriptive objects of a vault, each on its own, so that one that is wrong hides no other. */
final class MetaVerifier {
    private final ObjectIo io;
    private final String vaultId;
    private final MasterKey master;
    private final Leases leases;
    private final Heads heads;
    private final Versions versions;
    private final Holds holds;
    private final Removals removals;
    private final CopyObjects copies;
    private final CancelToken cancel;
    private final List<ObjectProblem> problems = new ArrayList<>();

    MetaVerifier(
            ObjectIo io,
            String vaultId,
            MasterKey master,
            Leases leases,
            Heads heads,
            Versions versions,
            Holds holds,
            Removals removals,
            CopyObjects copies,
            CancelToken cancel) {
        this.io = io;
        this.vaultId = vaultId;
        this.master = master;
        this.leases = leases;
        this.heads = heads;
        this.versions = versions;
        this.holds = holds;
        this.removals = removals;
        this.copies = copies;
        this.cancel = cancel;
    }

    private interface Check {
        void run() throws DoppelException;
    }

    List<ObjectProblem> verify(Head head) throws DoppelException {
        problems.addAll(Config.stored(io, vaultId, master).problems());
        problems.addAll(new KeySlots(io, vaultId).verify(master));
        keyrings();
        leases();
        heads(head);
        for (HeadVersion version : head.versions()) {
            check(Versions.name(version.id()), () -> versions.read(version.id()));
        }
        unlistedVersions(head);
        for (String id : holds.stored()) {
            checkIfThere(Holds.name(id), () -> holds.read(id));
        }
        for (String id : removals.stored()) {
            checkIfThere(Removals.name(id), () -> removals.read(id));
        }
        recoveryCopies();
        return List.copyOf(problems);
    }

    /** The holder deletes old ones meanwhile, and the parts that they alone named. */
    private void recoveryCopies() throws DoppelException {
        Set<String> read = new HashSet<>();
        for (String id : copies.list().copies()) {
            checkIfThere(CopyObjects.name(id), () -> {
                for (StoredCopy.Part part : copies.readAgain(id).parts()) {
                    if (read.add(part.id())) {
                        check(CopyObjects.partName(part.id()), () -> {
                            try {
                                copies.read(part, content -> cancel.check());
                            } catch (DoppelException e) {
                                if (!e.is(VaultError.MISSING_OBJECT) || io.exists(CopyObjects.name(id))) {
                                    throw e;
                                }
                            }
                        });
                    }
                }
            });
        }
    }

    /** Runs one check; what the object is to blame for is noted, what the way to it is to blame for ends everything. */
    private void check(String name, Check check) throws DoppelException {
        cancel.check();
        try {
            check.run();
        } catch (DoppelException e) {
            if (!Problems.mayBeOfOneObject(e)) {
                throw e;
            }
            problems.add(ObjectProblem.of(name, e));
        }
    }

    /** Runs a check of an object that may end meanwhile. */
    private void checkIfThere(String name, Check check) throws DoppelException {
        check(name, () -> {
            try {
                check.run();
            } catch (DoppelException e) {
                if (!e.is(VaultError.MISSING_OBJECT)) {
                    throw e;
                }
            }
        });
    }

    /** A version that is not listed may be left over from a crash, but then it is what its name says. */
    private void unlistedVersions(Head head) throws DoppelException {
        for (String path : io.list(Versions.FOLDER)) {
            String id = ObjectName.last(path);
            if (Versions.isId(id) && Versions.name(id).equals(Versions.FOLDER + "/" + path) && !head.lists(id)) {
                check(Versions.name(id), () -> versions.read(id));
            }
        }
    }

    /** All generations are kept, though only the highest is needed; each has all keys of the one before. */
    private void keyrings() throws DoppelException {
        NavigableSet<Integer> generations = KeyRingObject.generations(io, vaultId);
        int count = Math.max(1, generations.size());
        for (int generation = 1; generation <= count; generation++) {
            generations.add(generation);
        }
        Optional<KeyRingObject> before = Optional.empty();
        for (int generation : generations) {
            cancel.check();
            Pair<byte[]> rings = KeyRingObject.stored(io, vaultId, generation, master);
            boolean counts = generation == generations.last();
            rings.problems().forEach(p -> problems.add(counts ? p : p.notVital()));
            for (byte[] plain : rings.values()) {
                KeyRingObject ring = KeyRingObject.parse(plain);
                Arrays.fill(plain, (byte) 0);
                if (!before.map(ring::continues).orElse(true)) {
                    String name = KeyRingObject.objectName(vaultId, generation);
                    problems.add(
                            ObjectProblem.of(name, Problems.damaged(name, "it or its copy lacks keys of one before")));
                }
                before.ifPresent(KeyRingObject::clear);
                before = Optional.of(ring);
            }
        }
        before.ifPresent(KeyRingObject::clear);
    }

    private void leases() throws DoppelException {
        Leases.Table table = leases.table();
        long kept = Math.max(1, table.top() - Leases.KEPT + 1);
        for (long epoch = kept; epoch <= table.top(); epoch++) {
            long e = epoch;
            check(Leases.name(e), () -> leases.lease(e));
            if (table.closed().contains(e)) {
                check(Leases.closingName(e), () -> leases.closing(e));
            } else if (table.released().contains(e)) {
                check(Leases.closingName(e), () -> {
                    throw Problems.missing(Leases.closingName(e));
                });
            }
            if (table.released().contains(e)) {
                check(Leases.releaseName(e), () -> leases.release(e));
            }
        }
        oldLeases(table.all().headSet(kept, false));
    }

    /** The holder deletes them, in part or meanwhile. */
    private void oldLeases(Collection<Long> epochs) throws DoppelException {
        for (long epoch : epochs) {
            checkIfThere(Leases.name(epoch), () -> leases.lease(epoch));
            checkIfThere(Leases.closingName(epoch), () -> leases.closing(epoch));
            checkIfThere(Leases.releaseName(epoch), () -> leases.release(epoch));
        }
    }

    /**
     * Others may publish meanwhile, and prune: what is missing is looked for again, from a list and a newest head that are taken
     * anew.
     */
    private void heads(Head known) throws DoppelException {
        int before = problems.size();
        for (int look = 1; ; look++) {
            lookAtHeads(known);
            List<ObjectProblem> found = problems.subList(before, problems.size());
            if (look == Heads.LOOKS || found.stream().noneMatch(p -> p.code() == VaultError.MISSING_OBJECT)) {
                return;
            }
            found.clear();
        }
    }

    private void lookAtHeads(Head known) throws DoppelException {
        Head newest = newest(known);
        NavigableSet<Long> generations = heads.generations();
        for (long generation : generations) {
            check(Heads.name(generation), () -> heads.read(generation));
        }
        if (newest.generation() > 0 && !generations.contains(newest.generation())) {
            check(Heads.name(newest.generation()), () -> {
                throw Problems.missing(Heads.name(newest.generation()));
            });
        }
        check("heads", () -> chain(newest));
        check("heads", heads::newest);
    }

    /** The newest head; the known one if a newer one cannot be told, which is a problem of its own. */
    private Head newest(Head known) throws DoppelException {
        try {
            Head found = heads.newest().head();
            return found.generation() > known.generation() ? found : known;
        } catch (DoppelException e) {
            if (!Problems.mayBeOfOneObject(e)) {
                throw e;
            }
            return known;
        }
    }

    /** As long as there are older heads, the chain of hashes leads to one of them. */
    private void chain(Head newest) throws DoppelException {
        List<Long> chain = heads.chain(newest);
        long oldest = chain.get(chain.size() - 1);
        if (chain.size() < Heads.KEPT && oldest > 0) {
            Sealed<Head> last = heads.read(oldest);
            if (!last.value().previous().isEmpty()) {
                throw new DoppelException(
                        VaultError.MISSING_OBJECT,
                        "The head before '" + Heads.name(oldest) + "' is not there, although only " + chain.size()
                                + " are left");
            }
        }
    }
}
