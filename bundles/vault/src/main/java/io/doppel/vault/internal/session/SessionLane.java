package io.doppel.vault.internal.session;

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

/** One thread's way into a session: identifies, drops what is there, compresses, encrypts, appends to a pack of its own. */
final class SessionLane implements WriteSession.Lane {
    private static final int MOST = Layout.MAX_PAGES * Layout.PAGE;

    private final Session session;
    private final Ids ids;
    private final Codec codec;
    private final Gcm gcm = new Gcm();
    private final SegmentScanner scanner;
    private final byte[] compressed = new byte[Codec.bound(MOST)];
    private final byte[] sealed = new byte[MOST + Gcm.TAG];
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
    public long storedBytes() {
        return storedBytes;
    }

    @Override
    public byte[] store(byte[] buffer, int from, int length) throws DoppelException {
        session.check();
        byte[] id = ids.id(ObjectKind.DATA, buffer, from, length);
        if (session.known(id)) {
            return id;
        }
        try {
            if (pack == null) {
                pack = session.unpark();
            }
            if (pack == null) {
                pack = session.newPack(ObjectKind.DATA);
            }
            int n = codec.compress(buffer, from, length, compressed);
            int stored = n >= 0
                    ? pack.add(id, codec.preferred(), length, compressed, 0, n, sealed, gcm)
                    : pack.add(id, Codec.STORED, length, buffer, from, length, sealed, gcm);
            storedBytes += stored;
            session.addStored(stored);
            if (pack.size() >= Session.DATA_PACK) {
                PackWriter full = pack;
                pack = null;
                session.full(full);
            }
        } catch (DoppelException e) {
            if (pack != null) {
                pack.close();
                pack = null;
            }
            throw session.failed(e);
        }
        return id;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            codec.close();
            session.park(this, pack);
            pack = null;
        }
    }
}
