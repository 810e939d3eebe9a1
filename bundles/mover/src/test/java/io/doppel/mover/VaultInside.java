package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import io.doppel.tck.MemoryStorage;
import io.doppel.vault.VaultAccess;
import io.doppel.vault.VaultError;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.chunk.Entry;
import io.doppel.vault.chunk.Layout;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.meta.HeadVersion;
import io.doppel.vault.internal.meta.VaultMeta;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.PackReader;
import io.doppel.vault.internal.pack.Proof;
import io.doppel.vault.internal.pack.RecordInfo;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.tree.TreeSurvey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is inside of a vault, as its packs and trees say at this moment: no index, and nothing that an open vault knows, is asked. Ids are
 * in hex.
 */
final class VaultInside {
    /** Where a record is. */
    record Spot(String object, long offset, int length) {}

    /** A place of a version's disk that needs something. */
    record Use(String version, String machine, String disk, long from, long to) {
        /** Whether this place of a node holds that other one. A chunk is where it starts: it may reach into the next window. */
        boolean covers(Use other) {
            long end = other.to - other.from <= Layout.MAX_CHUNK ? other.from + 1 : other.to;
            return version.equals(other.version) && disk.equals(other.disk) && from <= other.from && end <= to;
        }
    }

    /** All copies of chunks and of nodes, as footers name them. */
    final Map<String, List<Spot>> chunks = new TreeMap<>();

    final Map<String, List<Spot>> nodes = new TreeMap<>();

    /** Who needs chunks and nodes, as far as trees can be read. */
    final Map<String, List<Use>> chunkUses = new HashMap<>();

    final Map<String, List<Use>> nodeUses = new HashMap<>();

    /** Chunks and nodes that somebody needs and that cannot be read. */
    final Map<String, List<Use>> lost = new HashMap<>();

    /** By version its manifest. */
    final Map<String, VersionManifest> versions = new LinkedHashMap<>();

    /** Looks at everything; reads all chunks if {@code prove}. */
    VaultInside(MemoryStorage.Content content, Path machineKey, boolean prove) throws Exception {
        MemoryStorage storage = new MemoryStorage(content, true);
        Path own = Files.createTempDirectory("inside");
        Files.copy(machineKey, own.resolve("machine.key"));
        ChunkIndex index = new ChunkIndex();
        try (VaultMeta meta = VaultMeta.open(storage, own, Rig.OWNER, VaultAccess.READ_ONLY, new char[0])) {
            PackReader packs = new PackReader(storage, meta.keys());
            Map<String, Integer> lengths = new HashMap<>();
            for (ObjectKind kind : ObjectKind.values()) {
                String folder = kind == ObjectKind.DATA ? "data/" : "tree/";
                for (String object : content.names()) {
                    if (object.startsWith(folder)) {
                        PackInfo pack = packs.open(kind, object.substring(object.lastIndexOf('/') + 1))
                                .info();
                        index.add(pack);
                        pack.records().forEach(r -> {
                            lengths.put(hex(r.id()), r.raw());
                            note(kind == ObjectKind.DATA ? chunks : nodes, object, r);
                        });
                    }
                }
            }
            try (RecordReader reader = new RecordReader(storage, meta.keys(), index, Proof.ID, () -> {})) {
                for (HeadVersion listed : meta.head().versions()) {
                    VersionManifest version = meta.version(listed.id());
                    versions.put(listed.id(), version);
                    for (VersionManifest.Disk disk : version.disks()) {
                        byte[] root = HexFormat.of().parseHex(disk.root());
                        new TreeSurvey(reader::readNode, Rig.NEVER).walk(root, disk.size(), new Noting(version, disk));
                    }
                }
                if (prove) {
                    byte[] out = new byte[1 << 20];
                    for (Map.Entry<String, List<Use>> e : chunkUses.entrySet()) {
                        byte[] id = HexFormat.of().parseHex(e.getKey());
                        try {
                            reader.read(ObjectKind.DATA, id, out, 0, lengths.get(e.getKey()));
                        } catch (DoppelException bad) {
                            if (!bad.is(VaultError.DAMAGED_DATA)) {
                                throw bad;
                            }
                            lost.put(e.getKey(), e.getValue());
                        }
                    }
                }
            }
        }
    }

    private static void note(Map<String, List<Spot>> spots, String object, RecordInfo r) {
        spots.computeIfAbsent(hex(r.id()), id -> new ArrayList<>()).add(new Spot(object, r.offset(), r.stored()));
    }

    static String hex(byte[] id) {
        return HexFormat.of().formatHex(id);
    }

    private final class Noting implements TreeSurvey.Visitor {
        private final VersionManifest version;
        private final VersionManifest.Disk disk;

        Noting(VersionManifest version, VersionManifest.Disk disk) {
            this.version = version;
            this.disk = disk;
        }

        private void add(Map<String, List<Use>> uses, byte[] id, long from, long to) {
            uses.computeIfAbsent(hex(id), i -> new ArrayList<>())
                    .add(new Use(version.id(), version.machine().name(), disk.key(), from, to));
        }

        @Override
        public boolean chunk(Entry chunk) {
            add(chunkUses, chunk.id(), chunk.offset(), chunk.end());
            return false;
        }

        @Override
        public boolean node(byte[] id, long from, long to) {
            add(nodeUses, id, from, to);
            return false;
        }

        @Override
        public void unreadable(byte[] id, long from, long to, DoppelException why) {
            add(lost, id, from, to);
        }
    }
}
