package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.Codec;
import io.doppel.vault.internal.pack.Ids;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackWriter;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Index segments of packs that do not exist, as local files or in a storage target, and packs with nothing in them. */
final class MadeUpVault {
    static final String ID = "3f2a0b6c-1111-4222-8333-444455556666";
    /** Records of 139 KiB in a pack of 64 MiB. */
    static final int PER_PACK = 472;

    private static final int STORED = 139 << 10;
    private static final int RAW = 150_000;

    private MadeUpVault() {}

    static KeyRing keys() {
        return new KeyRing(new byte[32], Map.of(1, new byte[32]));
    }

    private static String name(SplittableRandom random) {
        return String.format("%016x%016x", random.nextLong(), random.nextLong());
    }

    private static PackTable packs(SplittableRandom random, long entries) {
        PackTable packs = new PackTable();
        for (long i = 0; i < entries; i += PER_PACK) {
            packs.add(name(random), ObjectKind.DATA, 64L << 20, (int) Math.min(PER_PACK, entries - i));
        }
        return packs;
    }

    private static IndexEntry entry(SplittableRandom random, PackTable packs) {
        int pack = random.nextInt(packs.size());
        return new IndexEntry(pack, 64 + (long) random.nextInt(PER_PACK) * STORED, STORED, RAW, Codec.ZSTD);
    }

    /**
     * Makes a local file; returns the segment's name.
     *
     * @param share of the entries whose ids {@code sample} gets
     */
    static String localSegment(Path folder, long seed, long entries, double share, Sampled sample) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        String name = name(random);
        PackTable packs = packs(random, entries);
        MadeUpIds ids = new MadeUpIds(seed, entries);
        Files.createDirectories(folder);
        try (LocalSegmentWriter out = new LocalSegmentWriter(folder.resolve(name), ID, name, packs, entries)) {
            while (ids.next()) {
                IndexEntry e = entry(random, packs);
                out.add(ids.k0(), ids.k1(), e.place(), e.lengths());
                if (random.nextDouble() < share) {
                    sample.id(ids.k0(), ids.k1());
                }
            }
            out.finish();
        }
        return name;
    }

    /** Takes ids. */
    interface Sampled {
        /** The first 16 bytes of an id. */
        void id(long k0, long k1) throws IOException;
    }

    /** Puts a segment into a storage target; its name. */
    static String remoteSegment(IndexSegments segments, long seed, long entries) throws DoppelException {
        SplittableRandom random = new SplittableRandom(seed);
        return remoteSegment(segments, seed, entries, packs(random, entries));
    }

    /** Puts a segment into a storage target that says of one pack that it has all entries; its name. */
    static String remoteSegment(IndexSegments segments, PackInfo pack, long entries) throws DoppelException {
        PackTable packs = new PackTable();
        packs.add(pack.name(), pack.kind(), pack.size(), Math.toIntExact(entries));
        return remoteSegment(segments, 1, entries, packs);
    }

    private static String remoteSegment(IndexSegments segments, long seed, long entries, PackTable packs)
            throws DoppelException {
        SplittableRandom random = new SplittableRandom(seed);
        MadeUpIds ids = new MadeUpIds(seed, entries);
        byte[] id = new byte[32];
        ByteBuffer b = ByteBuffer.wrap(id);
        try (SegmentWriter writer = segments.writer()) {
            while (ids.next()) {
                b.putLong(0, ids.k0()).putLong(8, ids.k1()).putLong(16, random.nextLong());
                writer.entry(id, 0, entry(random, packs));
            }
            return writer.commit(packs);
        }
    }

    /** Stores a pack of small records, whose footer is as that of a real one. */
    static PackInfo pack(Storage storage, KeyRing keys, SplittableRandom random) throws DoppelException {
        Ids ids = new Ids(keys.idKey());
        Gcm gcm = new Gcm();
        byte[] body = new byte[64];
        byte[] scratch = new byte[body.length + Gcm.TAG];
        try (PackWriter pack = new PackWriter(storage, ObjectKind.DATA, 1, keys.root(1))) {
            for (int i = 0; i < PER_PACK; i++) {
                random.nextBytes(body);
                byte[] id = ids.id(ObjectKind.DATA, body, 0, body.length);
                pack.add(id, Codec.STORED, body.length, body, 0, body.length, scratch, gcm);
            }
            return pack.commit(gcm);
        }
    }

    /** Writes ids to a file in random order. */
    static final class Sample implements Sampled, AutoCloseable {
        private static final int BUCKETS = 64;

        private final Path folder;
        private final List<DataOutputStream> buckets = new ArrayList<>();
        private final SplittableRandom random = new SplittableRandom(99);

        Sample(Path folder) throws IOException {
            this.folder = folder;
            for (int i = 0; i < BUCKETS; i++) {
                buckets.add(new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(folder.resolve("bucket" + i)))));
            }
        }

        @Override
        public void id(long k0, long k1) throws IOException {
            DataOutputStream out = buckets.get(random.nextInt(BUCKETS));
            out.writeLong(k0);
            out.writeLong(k1);
        }

        /** Joins them into one file; returns how many there are. */
        long join(Path file) throws IOException {
            long ids = 0;
            try (DataOutputStream all = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
                for (int i = 0; i < BUCKETS; i++) {
                    buckets.get(i).close();
                    Path bucket = folder.resolve("bucket" + i);
                    byte[] bytes = Files.readAllBytes(bucket);
                    Files.delete(bucket);
                    shuffle(bytes);
                    all.write(bytes);
                    ids += bytes.length / 16;
                }
            }
            return ids;
        }

        private void shuffle(byte[] bytes) {
            ByteBuffer b = ByteBuffer.wrap(bytes);
            for (int i = bytes.length / 16 - 1; i > 0; i--) {
                int j = random.nextInt(i + 1) * 16;
                long k0 = b.getLong(i * 16);
                long k1 = b.getLong(i * 16 + 8);
                b.putLong(i * 16, b.getLong(j)).putLong(i * 16 + 8, b.getLong(j + 8));
                b.putLong(j, k0).putLong(j + 8, k1);
            }
        }

        @Override
        public void close() throws IOException {
            for (DataOutputStream bucket : buckets) {
                bucket.close();
            }
        }
    }
}
