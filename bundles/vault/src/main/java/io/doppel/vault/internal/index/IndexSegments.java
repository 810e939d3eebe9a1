package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.crypto.Gcm;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackFormat;
import io.doppel.vault.internal.pack.PackInfo;
import io.doppel.vault.internal.pack.RecordInfo;
import io.doppel.vault.internal.pack.Varints;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import javax.crypto.spec.SecretKeySpec;

/** Writes and reads index segments (docs/vault-format.md §7). */
public final class IndexSegments {
    private static final byte[] START = "DPLIDX01".getBytes(StandardCharsets.US_ASCII);
    private static final long END = PackFormat.magic("DPLIEND1");
    private static final int BLOCK = IndexEntry.SIZE * IndexEntry.PER_BLOCK;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Comparator<Row> ORDER = Comparator.comparing(Row::id, Arrays::compareUnsigned)
            .thenComparing(r -> r.entry().pack())
            .thenComparing(r -> r.entry().offset());

    private final Storage storage;
    private final KeyRing keys;

    /** For a vault's storage and keys. */
    public IndexSegments(Storage storage, KeyRing keys) {
        this.storage = storage;
        this.keys = keys;
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Row(byte[] id, IndexEntry entry) {}

    /** The object name of a segment. */
    public static String objectName(String segment) {
        return "index/" + segment;
    }

    /** Names of the segments in the storage, listed by a head or not; a copy. */
    public List<String> stored() throws DoppelException {
        List<String> names = new ArrayList<>();
        storage.list("index", o -> {
            String name = o.name().substring(o.name().lastIndexOf('/') + 1);
            if (name.matches("[0-9a-f]{32}") && o.name().equals(objectName(name))) {
                names.add(name);
            }
        });
        return names;
    }

    /** Writes a segment for these packs, durably, and returns its name. */
    public String write(List<PackInfo> packs) throws DoppelException {
        byte[] salt = new byte[32];
        RANDOM.nextBytes(salt);
        int epoch = keys.currentEpoch();
        byte[] header = ByteBuffer.allocate(PackFormat.HEADER)
                .put(START)
                .putInt(0)
                .putInt(epoch)
                .put(salt)
                .array();
        String name = PackFormat.name(salt);
        SecretKeySpec key = PackFormat.key(keys.root(epoch), salt, "doppel/v1/index");
        List<Row> rows = rows(packs);
        Gcm gcm = new Gcm();
        ByteArrayOutputStream footer = new ByteArrayOutputStream();
        Varints.put(footer, packs.size());
        for (PackInfo p : packs) {
            footer.writeBytes(HexFormat.of().parseHex(p.name()));
            footer.write(p.kind().code());
            Varints.put(footer, p.size());
            Varints.put(footer, p.records().size());
        }
        try (ObjectWriter out = storage.put(objectName(name))) {
            out.write(header, 0, header.length);
            long position = header.length;
            int blocks = 0;
            byte[] sealed = new byte[BLOCK + Gcm.TAG];
            for (int i = 0; i < rows.size(); i += IndexEntry.PER_BLOCK) {
                List<Row> part = rows.subList(i, Math.min(rows.size(), i + IndexEntry.PER_BLOCK));
                ByteBuffer plain = ByteBuffer.allocate(part.size() * IndexEntry.SIZE);
                part.forEach(r -> IndexEntry.write(plain, r.id(), r.entry()));
                footer.write(part.get(0).id(), 0, PackFormat.ID);
                byte[] nonce = Gcm.nonce(PackFormat.RECORDS, blocks);
                int n = gcm.seal(key, nonce, header, plain.array(), 0, plain.capacity(), sealed, 0);
                out.write(sealed, 0, n);
                position += n;
                blocks++;
            }
            byte[] foot = new byte[footer.size() + Gcm.TAG];
            gcm.seal(key, Gcm.nonce(PackFormat.FOOTER, 0), header, footer.toByteArray(), 0, footer.size(), foot, 0);
            out.write(foot, 0, foot.length);
            ByteBuffer trailer = ByteBuffer.allocate(PackFormat.TRAILER);
            trailer.putLong(position)
                    .putInt(foot.length)
                    .putInt(blocks)
                    .putLong(rows.size())
                    .putInt(0);
            CRC32C crc = new CRC32C();
            crc.update(trailer.array(), 0, 28);
            trailer.putInt((int) crc.getValue()).putLong(END);
            out.write(trailer.array(), 0, PackFormat.TRAILER);
            out.commit();
        }
        return name;
    }

    /**
     * Reads a segment, checks all of it and gives it to the index.
     *
     * @throws DoppelException {@link VaultError#MISSING_OBJECT} or {@link VaultError#DAMAGED_OBJECT}; the index is unchanged then
     */
    public void load(String name, ChunkIndex into) throws DoppelException {
        String object = objectName(name);
        Optional<ObjectInfo> info = storage.stat(object);
        if (info.isEmpty()) {
            throw new DoppelException(VaultError.MISSING_OBJECT, "Index segment '" + object + "' is missing");
        }
        long size = info.get().size();
        if (size < PackFormat.HEADER + PackFormat.TRAILER || size > Integer.MAX_VALUE - 64) {
            throw damaged(object, "its size is impossible");
        }
        byte[] all = new byte[(int) size];
        storage.read(object, 0, all, 0, all.length);
        try {
            parse(object, name, all, into);
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw damaged(object, "its parts contradict each other");
        }
    }

    private void parse(String object, String name, byte[] all, ChunkIndex into) throws DoppelException {
        byte[] header = Arrays.copyOf(all, PackFormat.HEADER);
        byte[] salt = PackFormat.salt(header);
        ByteBuffer t = ByteBuffer.wrap(all, all.length - PackFormat.TRAILER, PackFormat.TRAILER);
        CRC32C crc = new CRC32C();
        crc.update(all, all.length - PackFormat.TRAILER, 28);
        long footerAt = t.getLong();
        int footerLength = t.getInt();
        int blocks = t.getInt();
        long count = t.getLong();
        t.getInt();
        if (!Arrays.equals(header, 0, 8, START, 0, 8)
                || !name.equals(PackFormat.name(salt))
                || t.getInt() != (int) crc.getValue()
                || t.getLong() != END
                || footerAt + footerLength + PackFormat.TRAILER != all.length
                || count * IndexEntry.SIZE + (long) blocks * Gcm.TAG + PackFormat.HEADER != footerAt) {
            throw damaged(object, "its header or trailer is wrong");
        }
        SecretKeySpec key = PackFormat.key(keys.root(PackFormat.epoch(header)), salt, "doppel/v1/index");
        Gcm gcm = new Gcm();
        ByteBuffer entries = ByteBuffer.allocate(Math.toIntExact(count * IndexEntry.SIZE));
        int at = PackFormat.HEADER;
        for (int i = 0; i < blocks; i++) {
            int n = Math.min(BLOCK, entries.capacity() - i * BLOCK);
            if (gcm.open(
                            key,
                            Gcm.nonce(PackFormat.RECORDS, i),
                            header,
                            all,
                            at,
                            n + Gcm.TAG,
                            entries.array(),
                            i * BLOCK)
                    < 0) {
                throw damaged(object, "block " + i + " is wrong");
            }
            at += n + Gcm.TAG;
        }
        byte[] footer = new byte[footerLength - Gcm.TAG];
        if (gcm.open(key, Gcm.nonce(PackFormat.FOOTER, 0), header, all, (int) footerAt, footerLength, footer, 0) < 0) {
            throw damaged(object, "its footer is wrong");
        }
        ByteBuffer in = ByteBuffer.wrap(footer);
        List<PackTable.Pack> packs = new ArrayList<>();
        for (long i = Varints.get(in); i > 0; i--) {
            byte[] packName = new byte[16];
            in.get(packName);
            ObjectKind kind = ObjectKind.of(in.get());
            packs.add(new PackTable.Pack(
                    HexFormat.of().formatHex(packName), kind, Varints.get(in), (int) Varints.get(in)));
        }
        into.addSegment(packs, entries);
    }

    private static List<Row> rows(List<PackInfo> packs) {
        List<Row> rows = new ArrayList<>();
        for (int p = 0; p < packs.size(); p++) {
            for (RecordInfo r : packs.get(p).records()) {
                rows.add(new Row(r.id(), new IndexEntry(p, r.offset(), r.stored(), r.raw(), r.codec())));
            }
        }
        rows.sort(ORDER);
        return rows;
    }

    private static DoppelException damaged(String object, String reason) {
        return new DoppelException(VaultError.DAMAGED_OBJECT, "Index segment '" + object + "': " + reason);
    }
}
