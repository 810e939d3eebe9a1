package io.doppel.vault.internal.session;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.vault.WriteSession;
import io.doppel.vault.chunk.CutRule;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.chunk.SegmentScanner;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.Ids;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackWriter;
import io.doppel.vault.internal.pack.RecordInfo;

/**
 * One thread's way into a session: identifies, drops what is there, compresses, encrypts, appends to a pack of its own. Locks because
 * closing the session closes it from another thread.
 */
final class SessionLane implements WriteSession.Lane, RecordLane {
    private final Session session;
    private final Ids ids;
    private final Codec codec;
    private final Gcm gcm = new Gcm();
    private final SegmentScanner scanner;
    private final byte[] compressed = new byte[Codec.bound(Layout.MAX_CHUNK)];
    private final byte[] sealed = new byte[Layout.MAX_CHUNK + Gcm.TAG];
    private PackWriter pack;
    private long storedBytes;
    private boolean closed;

    SessionLane(Session session, VaultParts parts, CutRule rule) {
        this.session = session;
        this.ids = new Ids(parts.keys().idKey());
        this.codec = new Codec(parts.codec());
        this.scanner = new SegmentScanner(rule);
    }

    @Override
    public SegmentScanner scanner() {
        return scanner;
    }

    @Override
    public synchronized long storedBytes() {
        return storedBytes;
    }

    @Override
    public synchronized byte[] store(byte[] buffer, int from, int length) throws DoppelException {
        check();
        byte[] id = ids.id(ObjectKind.DATA, buffer, from, length);
        storeUnlessKnown(id, () -> append(id, buffer, from, length));
        return id;
    }

    @Override
    public synchronized boolean store(RecordInfo r, byte[] body, int length) throws DoppelException {
        check();
        return storeUnlessKnown(r.id(), () -> append(r.id(), r.codec(), r.raw(), body, 0, length));
    }

    private void check() throws DoppelException {
        if (closed) {
            throw Session.ended();
        }
        session.check();
    }

    /** Adds a record to the pack. */
    private interface Appending {
        void append() throws DoppelException;
    }

    private boolean storeUnlessKnown(byte[] id, Appending how) throws DoppelException {
        if (session.known(id)) {
            return false;
        }
        boolean done = false;
        try {
            how.append();
            done = true;
            return true;
        } catch (DoppelException e) {
            throw session.failed(e);
        } finally {
            if (!done) {
                drop();
            }
        }
    }

    private void append(byte[] id, byte[] buffer, int from, int length) throws DoppelException {
        int n = codec.compress(buffer, from, length, compressed);
        if (n >= 0) {
            append(id, codec.preferred(), length, compressed, 0, n);
        } else {
            append(id, Codec.STORED, length, buffer, from, length);
        }
    }

    private void append(byte[] id, byte codecByte, int raw, byte[] body, int from, int length) throws DoppelException {
        if (pack == null) {
            pack = session.unpark();
        }
        if (pack == null) {
            pack = session.newPack(ObjectKind.DATA);
        }
        int stored = pack.add(id, codecByte, raw, body, from, length, sealed, gcm);
        storedBytes += stored;
        session.addStored(stored);
        session.addNew(raw);
        if (session.isFull(pack)) {
            PackWriter full = pack;
            pack = null;
            session.full(full);
        }
    }

    /** A pack to which a record was not added whole must never be committed; ids that others saw in it are lost with it. */
    private void drop() {
        session.failed(new DoppelException(CommonError.INTERNAL, "A chunk could not be stored"));
        if (pack != null) {
            pack.close();
            pack = null;
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            codec.close();
            session.park(this, pack);
            pack = null;
        }
    }
}
