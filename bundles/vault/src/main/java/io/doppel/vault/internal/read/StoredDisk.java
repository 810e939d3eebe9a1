package io.doppel.vault.internal.read;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import io.doppel.vault.VersionDisk;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.internal.collect.VersionUse;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.Proof;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.tree.TreeReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A disk of a version. Random reads go through one record reader and a cache of decoded chunks of at most 4 MiB. */
public final class StoredDisk implements VersionDisk {
    private static final int CHUNKS_KEPT = 16;

    private final TreeReader tree;
    private final ChunkIndex index;
    private final Function<Proof, RecordReader> readers;
    private final Map<Long, byte[]> cache = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
            return size() > CHUNKS_KEPT;
        }
    };
    private final VersionUse.Use use;
    private RecordReader random;

    /**
     * A disk.
     *
     * @param readers makes a record reader for one thread. Reading chunk by chunk, which is how whole disks are restored, relies on the
     *     cipher's tag; computing the ids as well would take longer than all else together
     * @param use ended when this is closed
     */
    public StoredDisk(TreeReader tree, ChunkIndex index, Function<Proof, RecordReader> readers, VersionUse.Use use) {
        this.use = use;
        this.tree = tree;
        this.index = index;
        this.readers = readers;
    }

    @Override
    public long size() {
        return tree.size();
    }

    @Override
    public ChunkReader chunkReader() {
        return new ChunkWalk(tree, index, readers.apply(Proof.TAG));
    }

    @Override
    public void read(long offset, byte[] buffer, int from, int length) throws DoppelException {
        if (offset < 0 || length < 0 || offset + length > size()) {
            throw new IndexOutOfBoundsException("read at " + offset + "+" + length + " of " + size());
        }
        Arrays.fill(buffer, from, from + length, (byte) 0);
        tree.chunks(offset, offset + length, e -> {
            byte[] chunk = chunk(e);
            long start = Math.max(offset, e.offset());
            long end = Math.min(offset + length, e.end());
            System.arraycopy(
                    chunk, (int) (start - e.offset()), buffer, from + (int) (start - offset), (int) (end - start));
        });
    }

    private synchronized byte[] chunk(Entry e) throws DoppelException {
        byte[] known = cache.get(e.offset());
        if (known == null) {
            if (random == null) {
                random = readers.apply(Proof.ID);
            }
            known = new byte[(int) e.length()];
            random.read(ObjectKind.DATA, e.id(), known, 0, known.length);
            cache.put(e.offset(), known);
        }
        return known;
    }

    @Override
    public List<ByteRange> allocated(ByteRange range) throws DoppelException {
        List<ByteRange> all = new ArrayList<>();
        tree.chunks(range.offset(), range.end(), e -> {
            long start = Math.max(range.offset(), e.offset());
            long end = Math.min(range.end(), e.end());
            ByteRange last = all.isEmpty() ? null : all.get(all.size() - 1);
            if (last != null && last.end() == start) {
                all.set(all.size() - 1, new ByteRange(last.offset(), end - last.offset()));
            } else {
                all.add(new ByteRange(start, end - start));
            }
        });
        return all;
    }

    @Override
    public synchronized void close() {
        if (random != null) {
            random.close();
            random = null;
        }
        cache.clear();
        use.close();
    }
}
