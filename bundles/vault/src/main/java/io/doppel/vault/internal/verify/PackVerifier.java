package io.doppel.vault.internal.verify;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.VaultError;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackFormat;
import io.doppel.vault.internal.pack.PackReader;
import io.doppel.vault.internal.pack.Proof;
import io.doppel.vault.internal.pack.RecordDecoder;
import io.doppel.vault.internal.pack.RecordInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Reads whole packs in order and proves every byte of them. One instance serves one thread and holds about 6 MiB. */
final class PackVerifier implements AutoCloseable {
    private static final int PIECE = 4 << 20;

    private final Storage storage;
    private final PackReader packs;
    private final RecordDecoder decoder;
    private byte[] buffer = new byte[PIECE];
    private final byte[] out = new byte[PackFormat.MAX_RAW];

    PackVerifier(Storage storage, KeyRing keys) {
        this.storage = storage;
        this.packs = new PackReader(storage, keys);
        this.decoder = new RecordDecoder(keys.idKey(), Proof.ID);
    }

    /** Called between pieces; throws when the verification shall stop. */
    @FunctionalInterface
    interface Stop {
        void check() throws DoppelException;
    }

    /**
     * What was found in a pack.
     *
     * @param whole null if the pack could be opened, otherwise why not
     * @param reasons what is wrong inside
     * @param bad records that do not prove right
     */
    record Finding(String whole, List<String> reasons, List<RecordInfo> bad) {}

    Finding verify(ObjectKind kind, String name, VerifyOptions.Pace pace, Stop stop) throws DoppelException {
        PackReader.OpenPack pack;
        try {
            pack = packs.open(kind, name);
        } catch (DoppelException e) {
            if (e.is(VaultError.DAMAGED_OBJECT) || e.is(VaultError.MISSING_OBJECT)) {
                return new Finding(e.what(), List.of(), List.of());
            }
            throw e;
        }
        List<String> reasons = new ArrayList<>();
        List<RecordInfo> bad = new ArrayList<>();
        String object = pack.info().objectName();
        Crcs crcs = new Crcs(pack.table());
        List<RecordInfo> records = pack.info().records();
        long at = 0;
        int next = 0;
        try {
            while (at < pack.tableAt()) {
                stop.check();
                int last = next;
                while (last < records.size() && records.get(last).end() - at <= PIECE) {
                    last++;
                }
                // the header goes with the first records, the footer is read when all records were
                long end = last > next ? records.get(last - 1).end() : nextEnd(pack, records, next, at);
                int n = (int) (end - at);
                read(object, at, n);
                crcs.update(buffer, n);
                for (; next < last; next++) {
                    check(pack, object, records.get(next), at, reasons, bad);
                }
                at = end;
                pace.read(n);
            }
            crcs.end();
            for (int block : crcs.bad()) {
                stop.check();
                if (!crcs.fits(block, fresh(pack, object, block))) {
                    reasons.add("block " + block + " of '" + object + "' has a wrong checksum");
                    break;
                }
            }
        } catch (DoppelException e) {
            if (e.is(StorageError.TOO_SHORT) || e.is(StorageError.NOT_FOUND)) {
                return new Finding("Pack '" + object + "' vanished or shrank while it was read", reasons, bad);
            }
            throw e;
        }
        return new Finding(null, reasons, bad);
    }

    private static long nextEnd(PackReader.OpenPack pack, List<RecordInfo> records, int next, long at) {
        if (next < records.size()) {
            return records.get(next).end();
        }
        return Math.min(pack.tableAt(), at + PIECE);
    }

    private void check(
            PackReader.OpenPack pack,
            String object,
            RecordInfo r,
            long base,
            List<String> reasons,
            List<RecordInfo> bad)
            throws DoppelException {
        ObjectKind kind = pack.info().kind();
        if (decoder.decode(pack.key(), kind, r, buffer, (int) (r.offset() - base), out, 0)) {
            return;
        }
        // a wrong tag counts only when fresh bytes have it too
        byte[] fresh = new byte[r.stored()];
        storage.read(object, r.offset(), fresh, 0, fresh.length);
        if (!decoder.decode(pack.key(), kind, r, fresh, 0, out, 0)) {
            reasons.add("the record at " + r.offset() + " of '" + object + "' is damaged");
            bad.add(r);
        }
    }

    /** A block, read again, because a wrong checksum counts only when fresh bytes have it too. */
    private byte[] fresh(PackReader.OpenPack pack, String object, int block) throws DoppelException {
        long at = (long) block * PackFormat.CRC_BLOCK;
        byte[] bytes = new byte[(int) Math.min(PackFormat.CRC_BLOCK, pack.tableAt() - at)];
        storage.read(object, at, bytes, 0, bytes.length);
        return bytes;
    }

    private void read(String object, long at, int length) throws DoppelException {
        if (buffer.length < length) {
            buffer = new byte[length];
        }
        storage.read(object, at, buffer, 0, length);
    }

    @Override
    public void close() {
        decoder.close();
    }

    /** Compares the running checksums with the table. */
    private static final class Crcs {
        private final ByteBuffer table;
        private final CRC32C crc = new CRC32C();
        private int fill;
        private int block;
        private final List<Integer> bad = new ArrayList<>();

        Crcs(byte[] table) {
            this.table = ByteBuffer.wrap(table);
        }

        void update(byte[] data, int length) {
            int at = 0;
            while (at < length) {
                int n = Math.min(length - at, PackFormat.CRC_BLOCK - fill);
                crc.update(data, at, n);
                fill += n;
                at += n;
                if (fill == PackFormat.CRC_BLOCK) {
                    endBlock();
                }
            }
        }

        void end() {
            if (fill > 0) {
                endBlock();
            }
        }

        /** Numbers of the blocks whose checksum was wrong. */
        List<Integer> bad() {
            return bad;
        }

        /** Whether the block's checksum is that of the bytes. */
        boolean fits(int number, byte[] bytes) {
            CRC32C fresh = new CRC32C();
            fresh.update(bytes);
            return table.getInt(number * Integer.BYTES) == (int) fresh.getValue();
        }

        private void endBlock() {
            if (table.getInt(block * Integer.BYTES) != (int) crc.getValue()) {
                bad.add(block);
            }
            crc.reset();
            fill = 0;
            block++;
        }
    }
}
