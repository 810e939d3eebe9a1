package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.DiskSink;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.VhdStreamInfo;
import io.doppel.disks.VhdStreamReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/** One VHD stream being read. */
public final class VhdStream {
    private static final int SECTOR = VhdHeader.SECTOR;
    private static final long UNUSED = 0xFFFFFFFFL;
    private static final long LAST_POSITION = UNUSED * SECTOR;
    private static final int MOST_BLOCKS = 4 << 20;
    private static final int PIECE = 1 << 20;

    private final StreamSource in;
    private VhdFooter footer;
    private VhdHeader header;

    /** Places of the blocks in the stream, ascending: sector in the upper, number in the lower half. */
    private long[] places;

    public VhdStream(InputStream in, StreamWatch watch) {
        this.in = new StreamSource(in, "The VHD stream", watch);
    }

    /** Reads all of it. */
    public VhdStreamInfo read(VhdStreamReader.Target target) throws DoppelException, IOException {
        readFooterCopy();
        readHeader();
        BitSet blocks = readTable();
        VhdStreamInfo info = new VhdStreamInfo(footer.size(), footer.id(), parent(), header.blockSize(), blocks);
        DiskSink sink = target.open(info);
        tellUnallocated(blocks, sink);
        readBlocks(sink);
        readEnd();
        sink.end();
        return info;
    }

    private void readFooterCopy() throws DoppelException, IOException {
        byte[] bytes = new byte[VhdFooter.LENGTH];
        in.read(bytes, 0, bytes.length);
        footer = VhdFooter.parse(bytes).orElseThrow(() -> notVhd(bytes));
        footer.check(in.what());
        if (footer.type() == VhdFooter.FIXED) {
            throw new DoppelException(DiskError.UNSUPPORTED, in.what() + " holds a fixed disk");
        }
    }

    private DoppelException notVhd(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong(0) == VhdFooter.MAGIC
                ? in.corrupt("a damaged copy of the footer")
                : new DoppelException(
                        DiskError.NOT_AN_IMAGE, in.what() + " does not begin as a dynamic or differencing VHD does");
    }

    private void readHeader() throws DoppelException, IOException {
        moveTo(footer.headerOffset(), "its header");
        byte[] bytes = new byte[VhdHeader.LENGTH];
        in.read(bytes, 0, bytes.length);
        header = VhdHeader.parse(bytes, footer.size(), in.what());
    }

    private Optional<VhdStreamInfo.Parent> parent() {
        return footer.type() == VhdFooter.DIFFERENCING
                ? Optional.of(new VhdStreamInfo.Parent(header.parentId(), header.parentName()))
                : Optional.empty();
    }

    /** Entries behind the disk's end are not read; should they have blocks, these are passed over. */
    private BitSet readTable() throws DoppelException, IOException {
        long count = (footer.size() + header.blockSize() - 1) / header.blockSize();
        if (count > MOST_BLOCKS) {
            throw new DoppelException(
                    DiskError.UNSUPPORTED, in.what() + " has " + count + " blocks of " + header.blockSize() + " bytes");
        }
        moveTo(header.tableOffset(), "its table");
        BitSet blocks = new BitSet();
        long[] found = new long[(int) count];
        int used = 0;
        byte[] page = new byte[64 << 10];
        for (int first = 0; first < count; first += page.length / 4) {
            int entries = (int) Math.min(count - first, page.length / 4);
            in.read(page, 0, entries * 4);
            ByteBuffer b = ByteBuffer.wrap(page);
            for (int i = 0; i < entries; i++) {
                long sector = b.getInt(i * 4) & 0xFFFFFFFFL;
                if (sector != UNUSED) {
                    // The upper half sorts as a signed number; taking half the range away keeps the order.
                    found[used++] = (sector - 0x80000000L) << 32 | first + i;
                    blocks.set(first + i);
                }
            }
        }
        in.skipTo((in.position() + SECTOR - 1) / SECTOR * SECTOR);
        places = Arrays.copyOf(found, used);
        Arrays.sort(places);
        return blocks;
    }

    private void tellUnallocated(BitSet blocks, DiskSink sink) throws DoppelException {
        long blockSize = header.blockSize();
        long count = (footer.size() + blockSize - 1) / blockSize;
        int from = blocks.nextClearBit(0);
        while (from < count) {
            int next = blocks.nextSetBit(from);
            long end = next < 0 ? footer.size() : Math.min(footer.size(), next * blockSize);
            sink.absent(from * blockSize, end - from * blockSize);
            if (next < 0) {
                return;
            }
            from = blocks.nextClearBit(next);
        }
    }

    private void readBlocks(DiskSink sink) throws DoppelException, IOException {
        byte[] bitmap = new byte[header.bitmapSize()];
        byte[] piece = new byte[(int) Math.min(PIECE, header.blockSize())];
        for (long place : places) {
            moveTo(((place >> 32) + 0x80000000L) * SECTOR, "a block");
            in.read(bitmap, 0, bitmap.length);
            readBlock((place & 0xFFFFFFFFL) * header.blockSize(), bitmap, piece, sink);
        }
    }

    private void readBlock(long offset, byte[] bitmap, byte[] piece, DiskSink sink)
            throws DoppelException, IOException {
        BitSet sectors = sectors(bitmap);
        int count = (int) (header.blockSize() / SECTOR);
        // Sectors behind the disk's end belong to the block but to nobody's disk.
        int inside = (int) Math.min(count, (footer.size() - offset) / SECTOR);
        int at = 0;
        while (at < inside) {
            boolean present = sectors.get(at);
            int next = present ? sectors.nextClearBit(at) : sectors.nextSetBit(at);
            int end = next < 0 ? inside : Math.min(next, inside);
            long length = (long) (end - at) * SECTOR;
            long from = offset + (long) at * SECTOR;
            if (present) {
                readData(from, length, piece, sink);
            } else {
                in.skipTo(in.position() + length);
                sink.absent(from, length);
            }
            at = end;
        }
        in.skipTo(in.position() + (long) (count - inside) * SECTOR);
    }

    /** The bitmap counts from the most significant bit of each byte, a bit set from the least significant. */
    private static BitSet sectors(byte[] bitmap) {
        byte[] turned = new byte[bitmap.length];
        for (int i = 0; i < bitmap.length; i++) {
            turned[i] = (byte) (Integer.reverse(bitmap[i]) >>> 24);
        }
        return BitSet.valueOf(turned);
    }

    private void readData(long offset, long length, byte[] piece, DiskSink sink) throws DoppelException, IOException {
        long done = 0;
        while (done < length) {
            int part = (int) Math.min(piece.length, length - done);
            in.read(piece, 0, part);
            sink.data(offset + done, piece, 0, part);
            done += part;
        }
    }

    /** The stream's last sector is the footer; there may be unused space before it. */
    private void readEnd() throws DoppelException, IOException {
        byte[] last = new byte[VhdFooter.LENGTH];
        in.read(last, 0, last.length);
        byte[] next = new byte[VhdFooter.LENGTH];
        int got = in.readUpTo(next, 0, next.length);
        while (got == next.length) {
            if (in.position() > LAST_POSITION) {
                throw in.corrupt("more than a VHD can hold");
            }
            byte[] free = last;
            last = next;
            next = free;
            got = in.readUpTo(next, 0, next.length);
        }
        if (got > 0 || VhdFooter.parse(last).isEmpty()) {
            throw new DoppelException(
                    DiskError.CUT_OFF, in.what() + " ended at byte " + in.position() + " without its footer");
        }
        if (!VhdFooter.parse(last).get().equals(footer)) {
            throw in.corrupt("a footer that is not that of its start");
        }
    }

    private void moveTo(long position, String part) throws DoppelException, IOException {
        if (position < in.position() || position > LAST_POSITION) {
            throw in.corrupt("an impossible place for " + part);
        }
        in.skipTo(position);
    }
}
