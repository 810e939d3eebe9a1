package io.doppel.vault.internal.session;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.Ids;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackFormat;
import io.doppel.vault.internal.pack.PackWriter;
import io.doppel.vault.internal.tree.NodeStore;
import java.util.HashSet;
import java.util.Set;

/** Stores nodes, each in two different packs. */
final class NodeWriter implements NodeStore, AutoCloseable {
    private final Session session;
    private final VaultParts parts;
    private final Ids ids;
    private final Codec codec;
    private final Gcm gcm = new Gcm();
    private final PackWriter[] packs = new PackWriter[COPIES];
    private final Set<Session.Key> claimed = new HashSet<>();
    private boolean closed;
    private byte[] compressed = new byte[Codec.bound(64 << 10)];
    private byte[] sealed = new byte[(64 << 10) + Gcm.TAG];

    NodeWriter(Session session, VaultParts parts) {
        this.session = session;
        this.parts = parts;
        this.ids = new Ids(parts.keys().idKey());
        this.codec = new Codec(parts.codec());
    }

    @Override
    public synchronized byte[] store(byte[] bytes) throws DoppelException {
        if (closed) {
            throw Session.ended();
        }
        session.check();
        byte[] id = ids.id(ObjectKind.NODE, bytes, 0, bytes.length);
        int lacking = session.lackingNodes(id);
        if (lacking == 0) {
            return id;
        }
        if (!claimed.add(Session.Key.of(id))) {
            return id;
        }
        boolean done = false;
        try {
            append(id, bytes, lacking);
            done = true;
            return id;
        } catch (DoppelException e) {
            throw session.failed(e);
        } finally {
            if (!done) {
                // a pack to which a record was not added whole must never be committed
                session.failed(new DoppelException(CommonError.INTERNAL, "A tree node could not be stored"));
                drop();
            }
        }
    }

    private void append(byte[] id, byte[] bytes, int copies) throws DoppelException {
        if (bytes.length > PackFormat.MAX_RAW) {
            throw new IllegalArgumentException("node of " + bytes.length + " bytes");
        }
        if (sealed.length < bytes.length + Gcm.TAG) {
            compressed = new byte[Codec.bound(bytes.length)];
            sealed = new byte[bytes.length + Gcm.TAG];
        }
        int n = codec.compress(bytes, 0, bytes.length, compressed);
        for (int i = 0; i < copies; i++) {
            if (packs[i] == null) {
                packs[i] = session.newPack(ObjectKind.NODE);
            }
            int stored = n >= 0
                    ? packs[i].add(id, codec.preferred(), bytes.length, compressed, 0, n, sealed, gcm)
                    : packs[i].add(id, Codec.STORED, bytes.length, bytes, 0, bytes.length, sealed, gcm);
            session.addStored(stored);
            if (session.isFull(packs[i])) {
                PackWriter full = packs[i];
                packs[i] = null;
                session.full(full);
            }
        }
    }

    synchronized void flush() throws DoppelException {
        for (int i = 0; i < COPIES; i++) {
            if (packs[i] != null) {
                PackWriter last = packs[i];
                packs[i] = null;
                session.full(last);
            }
        }
    }

    private void drop() {
        for (int i = 0; i < COPIES; i++) {
            if (packs[i] != null) {
                packs[i].close();
                packs[i] = null;
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        codec.close();
        drop();
    }
}
