package io.doppel.offsite.internal.store;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * One change of a store, as its journal has it.
 *
 * @param event its number; changes that are no events of their own have that of the event before
 * @param at running time in milliseconds
 * @param day time of day in milliseconds since 1970, for people
 */
record Change(
        Kind kind, long event, long at, long day, long id, long size, long high, long low, String name, long[] ids) {
    /** What happened; numbers on disk are ordinals, so nothing is put in between. */
    enum Kind {
        /** An object was put: id, size, attempt, name. */
        PUT,
        /** What has the name was condemned: name, and its id. */
        CONDEMN,
        /** The store went back to the event {@code id}, and is locked. */
        UNDO,
        /** One incarnation came back: id. */
        BRING_BACK,
        /** Incarnations are deleted for good from now on: ids. */
        DELETE,
        /** Their bytes are gone: ids. */
        GONE,
        /** The client is locked: id 1, or no longer: id 0. */
        LOCK,
        /** The module opened the store; ids from {@code id} on are new. */
        OPEN,
        /** In snapshots, first: next id, event that deletions reach, lock, as {@code ids}. */
        STATE,
        /** In snapshots: an incarnation with its condemnation and gaps, as {@code ids}. */
        KEPT
    }

    private static final long[] NONE = {};

    static Change event(Kind kind, long event, long at, long day, long id, String name) {
        return new Change(kind, event, at, day, id, 0, 0, 0, name, NONE);
    }

    static Change ids(Kind kind, long event, long at, long day, long... ids) {
        return new Change(kind, event, at, day, 0, 0, 0, 0, "", ids);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeByte(kind.ordinal());
        out.writeLong(event);
        out.writeLong(at);
        out.writeLong(day);
        out.writeLong(id);
        out.writeLong(size);
        out.writeLong(high);
        out.writeLong(low);
        out.writeUTF(name);
        out.writeInt(ids.length);
        for (long one : ids) {
            out.writeLong(one);
        }
    }

    /** Reads one that is all there is in the stream, which knows how much that is. */
    static Change read(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        if (kind >= Kind.values().length) {
            throw new IOException("a change of a kind that nobody knows");
        }
        long event = in.readLong();
        long at = in.readLong();
        long day = in.readLong();
        long id = in.readLong();
        long size = in.readLong();
        long high = in.readLong();
        long low = in.readLong();
        String name = in.readUTF();
        int count = in.readInt();
        if (count < 0 || (long) count * Long.BYTES != in.available()) {
            throw new IOException("a change of another length than it says");
        }
        long[] ids = new long[count];
        for (int i = 0; i < count; i++) {
            ids[i] = in.readLong();
        }
        return new Change(Kind.values()[kind], event, at, day, id, size, high, low, name, ids);
    }
}
