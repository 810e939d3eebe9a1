package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The log of a VHDX: a ring of entries, of which the newest unbroken sequence is to be applied. An image whose hypervisor
 * crashed, or still runs, has one.
 */
final class VhdxLog {
    private static final int SECTOR = PatchedSource.PAGE;
    private static final int ENTRY_HEADER = 64;
    private static final int DESCRIPTOR = 32;
    private static final int ENTRY = VhdxStructures.signature("loge");
    private static final int ZERO = VhdxStructures.signature("zero");
    private static final int DATA = VhdxStructures.signature("desc");
    private static final int DATA_SECTOR = VhdxStructures.signature("data");
    /** Bounds memory and time whatever the image claims; Hyper-V's logs have 1 MiB. */
    private static final long LARGEST = 64L << 20;

    private static final int MOST_PATCHES = 100_000;
    private static final int MOST_PASSES = 16;

    private final ByteSource file;
    private final VhdxStructures.Header header;
    private long bytesLeftToCheck;

    private VhdxLog(ByteSource file, VhdxStructures.Header header) {
        this.file = file;
        this.header = header;
        this.bytesLeftToCheck = header.logLength() * MOST_PASSES;
    }

    /** An entry of the log; offsets are inside the log. */
    private record Entry(
            long offset, long length, long tail, long sequence, int descriptors, long flushedSize, long lastSize) {}

    /** The file with its log applied; the file itself if there is none. */
    static ByteSource apply(ByteSource file, VhdxStructures.Header header) throws DoppelException {
        if (header.logGuid().equals(VhdxStructures.NO_GUID)) {
            return file;
        }
        long length = header.logLength();
        long offset = header.logOffset();
        boolean good = length > 0
                && length % VhdxStructures.MIB == 0
                && offset >= VhdxStructures.MIB
                && offset % VhdxStructures.MIB == 0;
        VhdxStructures.check(file, good, "log");
        if (length > LARGEST) {
            throw new DoppelException(DiskError.UNSUPPORTED, file.name() + " has a log of " + length + " bytes");
        }
        if (offset > file.size() - length) {
            throw new DoppelException(DiskError.TRUNCATED, file.name() + " ends in its log");
        }
        return new VhdxLog(file, header).replay();
    }

    private ByteSource replay() throws DoppelException {
        List<Entry> active = activeSequence();
        if (active.isEmpty()) {
            throw new DoppelException(
                    DiskError.CORRUPT, file.name() + " has a log that must be applied but no valid entry in it");
        }
        Entry head = active.get(active.size() - 1);
        if (file.size() < head.flushedSize()) {
            throw new DoppelException(
                    DiskError.TRUNCATED, file.name() + " is shorter than the " + head.flushedSize() + " bytes it had");
        }
        PatchedSource patched = new PatchedSource(file);
        for (Entry entry : active) {
            addPatches(entry, patched);
        }
        patched.extend(head.lastSize());
        return patched;
    }

    /** The valid sequence with the highest number, from the tail that its head names. */
    private List<Entry> activeSequence() throws DoppelException {
        List<Entry> best = List.of();
        long at = 0;
        while (at < header.logLength()) {
            List<Entry> sequence = sequenceFrom(at);
            if (sequence.isEmpty()) {
                at += SECTOR;
                continue;
            }
            Entry head = sequence.get(sequence.size() - 1);
            List<Entry> fromTail =
                    sequence.stream().dropWhile(e -> e.offset() != head.tail()).toList();
            boolean newer = best.isEmpty()
                    || head.sequence() > best.get(best.size() - 1).sequence();
            if (!fromTail.isEmpty() && newer) {
                best = fromTail;
            }
            at += sequence.stream().mapToLong(Entry::length).sum();
        }
        return best;
    }

    private List<Entry> sequenceFrom(long start) throws DoppelException {
        List<Entry> sequence = new ArrayList<>();
        long used = 0;
        Optional<Entry> next = entry(start);
        while (next.isPresent()) {
            Entry entry = next.get();
            boolean follows = sequence.isEmpty()
                    || entry.sequence() == sequence.get(sequence.size() - 1).sequence() + 1;
            used += entry.length();
            if (!follows || used > header.logLength()) {
                break;
            }
            sequence.add(entry);
            next = entry((entry.offset() + entry.length()) % header.logLength());
        }
        return sequence;
    }

    private Optional<Entry> entry(long offset) throws DoppelException {
        ByteBuffer b = ring(offset, ENTRY_HEADER);
        long length = b.getInt(8) & 0xFFFFFFFFL;
        long tail = b.getInt(12) & 0xFFFFFFFFL;
        int descriptors = b.getInt(24);
        boolean plausible = b.getInt(0) == ENTRY
                && VhdxStructures.guid(b, 32).equals(header.logGuid())
                && length > 0
                && length % SECTOR == 0
                && length <= header.logLength()
                && tail % SECTOR == 0
                && tail < header.logLength()
                && descriptors >= 0
                && descriptorArea(descriptors) <= length
                && b.getLong(16) > 0;
        if (!plausible || checksum(offset, length) != b.getInt(4)) {
            return Optional.empty();
        }
        return Optional.of(new Entry(offset, length, tail, b.getLong(16), descriptors, b.getLong(48), b.getLong(56)));
    }

    private int checksum(long offset, long length) throws DoppelException {
        bytesLeftToCheck -= length;
        VhdxStructures.check(file, bytesLeftToCheck >= 0, "log, made to waste time,");
        CRC32C crc = new CRC32C();
        for (long at = 0; at < length; at += SECTOR) {
            ByteBuffer sector = ring((offset + at) % header.logLength(), SECTOR);
            if (at == 0) {
                sector.putInt(4, 0);
            }
            crc.update(sector.array(), 0, SECTOR);
        }
        return (int) crc.getValue();
    }

    private void addPatches(Entry entry, PatchedSource patched) throws DoppelException {
        long dataSector = descriptorArea(entry.descriptors());
        for (int i = 0; i < entry.descriptors(); i++) {
            long at = ENTRY_HEADER + (long) i * DESCRIPTOR;
            ByteBuffer sector = ring((entry.offset() + at / SECTOR * SECTOR) % header.logLength(), SECTOR);
            ByteBuffer d = sector.slice((int) (at % SECTOR), DESCRIPTOR).order(ByteOrder.LITTLE_ENDIAN);
            long position = d.getLong(16);
            VhdxStructures.check(
                    file,
                    position >= 0 && position % SECTOR == 0 && d.getLong(24) == entry.sequence(),
                    "log descriptor");
            if (d.getInt(0) == ZERO) {
                long length = d.getLong(8);
                VhdxStructures.check(
                        file,
                        length >= 0 && length % SECTOR == 0 && position <= Long.MAX_VALUE - length,
                        "log descriptor");
                if (length > 0) {
                    patched.put(position, PatchedSource.Patch.zeros(length));
                }
            } else {
                VhdxStructures.check(
                        file,
                        d.getInt(0) == DATA && dataSector < entry.length() && position <= Long.MAX_VALUE - SECTOR,
                        "log descriptor");
                long inLog = (entry.offset() + dataSector) % header.logLength();
                checkDataSector(inLog, entry.sequence());
                patched.put(
                        position,
                        new PatchedSource.Patch(SECTOR, header.logOffset() + inLog, d.getLong(8), d.getInt(4)));
                dataSector += SECTOR;
            }
            VhdxStructures.check(file, patched.count() <= MOST_PATCHES, "log of so many parts");
        }
    }

    private void checkDataSector(long inLog, long sequence) throws DoppelException {
        ByteBuffer b = ring(inLog, SECTOR);
        boolean good = b.getInt(0) == DATA_SECTOR
                && b.getInt(4) == (int) (sequence >>> 32)
                && b.getInt(SECTOR - 4) == (int) sequence;
        VhdxStructures.check(file, good, "data sector in its log");
    }

    /** Header and descriptors fill whole sectors. */
    private static long descriptorArea(int descriptors) {
        return (ENTRY_HEADER + (long) descriptors * DESCRIPTOR + SECTOR - 1) / SECTOR * SECTOR;
    }

    private ByteBuffer ring(long offset, int length) throws DoppelException {
        return VhdxStructures.buffer(file, header.logOffset() + offset, length);
    }
}
