package io.doppel.vault.model;

/** All that storage and servers hold, in cells. Written to only by whoever copied it, until it is handed on. */
final class State {
    /** Which cell. */
    interface Cell {
        /** Where the cell of the {@code i}-th of its kind is. */
        int at(int i);
    }

    /** In the storage, and what is known of the whole. */
    enum World implements Cell {
        /** How many of each are left. */
        OPENINGS,
        UNSURE,
        DAMAGE,
        REMOVALS,
        RUNS,
        /** Versions reported as stored. */
        DONE,
        /** Versions of which the removal was tried. */
        REMOVED,
        /** Versions that a head listed that could not become void any more. */
        SEEN,
        /** Cleared lists that such a head named. */
        COUNTED,
        /** The generation that cannot be read. */
        UNREADABLE,
        /** Packs that were deleted without being on a list that counted. */
        WRONGLY_DELETED;

        @Override
        public int at(int i) {
            return ordinal();
        }
    }

    /** Of an epoch, from 1. */
    enum Lease implements Cell {
        /** 1 + its holder, 0 for none. */
        HOLDER,
        /** 1 + the generation that its closing names, 0 for none. */
        CLOSING,
        /** The closing's {@code through}. */
        THROUGH,
        /** The generation that its release names, 0 for none. */
        RELEASE;

        @Override
        public int at(int epoch) {
            return LEASES + ordinal() * (Bounds.EPOCHS + 1) + epoch;
        }
    }

    /** Things that are all in one cell each. */
    enum Thing implements Cell {
        /** The head of a generation, as {@link Head#of}. */
        HEAD(HEADS),
        /** A head that may turn up: its generation and itself. */
        LATE(LATE_HEADS),
        /** What a pack holds, and whether it was deleted. */
        PACK(PACKS),
        /** The packs on the cleared list of a collection, 0 if it is not there. */
        LIST(LISTS),
        /** What the remover is at. */
        REMOVER(REMOVERS);

        private final int from;

        Thing(int from) {
            this.from = from;
        }

        @Override
        public int at(int i) {
            return from + i;
        }
    }

    /** Of a server. */
    enum Server implements Cell {
        STAGE,
        EPOCH,
        /** Generation of the newest head that it knows. */
        NEWEST,
        /** Heads of its own of which it does not know whether they are there. */
        UNSURE_A,
        UNSURE_B,
        /** Packs in its index, those hidden, those taken for not there, and those in no segment yet. */
        KNOWN,
        HIDDEN,
        GONE,
        UNINDEXED,
        /** Whether it noticed that it lost the lease; whether the old version is being removed. */
        LOST,
        LEAVING,
        /** What it saw while it opened: the highest generation, and whether what went before ended badly. */
        LOOK,
        UNCLEAN,
        /** The publication under way: where, for whom, generation, head, its generations so far, whether it is put again. */
        PUBLISH,
        FOR,
        GENERATION,
        HEAD,
        OURS,
        AGAIN,
        /** Packs of the segment that is published. */
        SEGMENT;

        @Override
        public int at(int server) {
            return SERVER + ordinal() * Bounds.SERVERS + server;
        }
    }

    /** Of a writer's session. */
    enum Writer implements Cell {
        STAGE,
        SERVER,
        /** Contents still to look up, and those to store. */
        NEED,
        STORE,
        /** 1 + the pack in which it just found something. */
        PACK,
        NOTES,
        /** Whether it uses the old version. */
        USES;

        @Override
        public int at(int writer) {
            return State.WRITER + ordinal() * Bounds.WRITERS + writer;
        }
    }

    /** Of a server's collection. */
    enum Collection implements Cell {
        STAGE,
        RUN,
        ROUND,
        PACKS,
        /** Those of the packs that were hidden before. */
        LEFTOVERS,
        /** Versions that were walked, and those that were said to be. */
        MARKED,
        WALKED,
        DELETE;

        @Override
        public int at(int server) {
            return State.COLLECTION + ordinal() * Bounds.SERVERS + server;
        }
    }

    private static final int LEASES = World.values().length;
    private static final int HEADS = LEASES + 4 * (Bounds.EPOCHS + 1);
    private static final int LATE_HEADS = HEADS + Bounds.GENERATIONS + 1;
    private static final int PACKS = LATE_HEADS + Bounds.UNSURE;
    private static final int LISTS = PACKS + Bounds.PACKS;
    private static final int REMOVERS = LISTS + Bounds.MAX_COLLECTIONS;
    private static final int SERVER = REMOVERS + 2;
    private static final int WRITER = SERVER + Server.values().length * Bounds.SERVERS;
    private static final int COLLECTION = WRITER + Writer.values().length * Bounds.WRITERS;
    /** An even number. */
    private static final int CELLS = COLLECTION + Collection.values().length * Bounds.SERVERS + 1 & ~1;

    private final int[] cells;

    private State(int[] cells) {
        this.cells = cells;
    }

    State() {
        this(new int[CELLS]);
    }

    State copy() {
        return new State(cells.clone());
    }

    int get(Cell cell, int i) {
        return cells[cell.at(i)];
    }

    int get(World cell) {
        return cells[cell.at(0)];
    }

    boolean is(Cell cell, int i) {
        return get(cell, i) != 0;
    }

    State set(Cell cell, int i, int value) {
        cells[cell.at(i)] = value;
        return this;
    }

    State set(World cell, int value) {
        return set(cell, 0, value);
    }

    State add(Cell cell, int i, int mask) {
        return set(cell, i, get(cell, i) | mask);
    }

    State drop(Cell cell, int i, int mask) {
        return set(cell, i, get(cell, i) & ~mask);
    }

    /** All cells of a kind of one server, writer or collection, to 0. */
    State clear(Cell[] all, int i) {
        for (Cell cell : all) {
            set(cell, i, 0);
        }
        return this;
    }

    /** 64 bits that tell states apart. Of ten million states, two are taken for one with a probability below one in 300 000. */
    long fingerprint() {
        long hash = 0x9E3779B97F4A7C15L;
        for (int i = 0; i < cells.length; i += 2) {
            hash = (hash ^ ((long) cells[i] << Integer.SIZE | cells[i + 1])) * 0xD6E8FEB86659FD93L;
            hash ^= hash >>> 32;
        }
        return hash;
    }
}
