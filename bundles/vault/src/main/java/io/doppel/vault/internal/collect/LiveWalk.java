package io.doppel.vault.internal.collect;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.index.LiveSet;
import io.doppel.vault.internal.tree.NodeSource;
import io.doppel.vault.internal.tree.NodeStore;
import io.doppel.vault.internal.tree.TreeMark;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/** Marks what versions need. Used by one thread. */
final class LiveWalk {
    private final TreeMark tree;
    private final Set<String> walked = new HashSet<>();

    LiveWalk(ChunkIndex index, NodeSource nodes, LiveSet live, CancelToken cancel) {
        this.tree = new TreeMark(nodes, cancel, new TreeMark.Visitor() {
            @Override
            public boolean node(byte[] id) throws DoppelException {
                if (live.mark(id, NodeStore.COPIES)) {
                    return true;
                }
                if (index.find(id).isEmpty()) {
                    throw new DoppelException(VaultError.DAMAGED_DATA, "A tree node is missing");
                }
                return false;
            }

            @Override
            public void chunk(byte[] id) throws DoppelException {
                live.mark(id, 1);
            }
        });
    }

    /**
     * Marks what the version needs, unless that was done.
     *
     * @throws DoppelException {@link VaultError#UNKNOWN_NEED} if its tree cannot be read
     */
    void walk(VersionManifest version) throws DoppelException {
        if (walked.contains(version.id())) {
            return;
        }
        for (VersionManifest.Disk disk : version.disks()) {
            byte[] root = disk.root() == null ? null : HexFormat.of().parseHex(disk.root());
            try {
                tree.walk(root, disk.size());
            } catch (DoppelException e) {
                if (!e.is(VaultError.DAMAGED_DATA)) {
                    throw e;
                }
                String what = "Disk '" + disk.key() + "' of version " + version.id() + ": " + e.what();
                throw new DoppelException(VaultError.UNKNOWN_NEED, what, e);
            }
        }
        walked.add(version.id());
    }

    /** Ids of the versions whose needs are marked. */
    Set<String> walked() {
        return walked;
    }
}
