package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A dynamic or differencing VHD. */
final class VhdContent extends MappedContent {
    private static final long HEADER_MAGIC = 0x6378737061727365L;
    private static final int HEADER_LENGTH = 1024;
    private static final int HEADER_CHECKSUM = 36;
    private static final long UNUSED = 0xFFFFFFFFL;
    private static final int SECTOR = 512;
    private static final long LARGEST_BLOCK = 256L << 20;

    private static final int LOCATORS = 576;
    private static final int LOCATOR_LENGTH = 24;
    private static final int LONGEST_LOCATOR = 8 << 10;
    private static final int WINDOWS_ABSOLUTE = 0x57326B75;
    private static final int WINDOWS_RELATIVE = 0x57327275;
    private static final int FILE_URL = 0x4D616358;

    private final TableReader tables;
    private final long tableOffset;
    private final long blockSize;
    private final long bitmapSize;

    private VhdContent(ByteSource source, VhdFooter footer, ByteBuffer header, Optional<DiskContent> parent)
            throws DoppelException {
        super(source, "vhd", footer.size(), parent);
        this.tables = new TableReader(source);
        this.tableOffset = header.getLong(16);
        this.blockSize = header.getInt(32) & 0xFFFFFFFFL;
        boolean good = Long.bitCount(blockSize) == 1 && blockSize >= SECTOR && blockSize <= LARGEST_BLOCK;
        if (!good || tableOffset < 0 || tableOffset % 8 != 0) {
            throw corrupt("an impossible block size or table offset");
        }
        long entries = header.getInt(28) & 0xFFFFFFFFL;
        if (entries < (footer.size() + blockSize - 1) / blockSize) {
            throw corrupt("a table too short for its disk");
        }
        this.bitmapSize = (blockSize / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
    }

    /**
     * @param expected the id that a child expects of its parent
     */
    static DiskContent open(ImageChain chain, SourceFile source, Optional<UUID> expected) throws DoppelException {
        VhdFooter footer = VhdFooter.find(source);
        if (expected.isPresent() && !expected.get().equals(footer.id())) {
            throw new DoppelException(
                    DiskError.PARENT_MISMATCH,
                    source.path() + " has the id " + footer.id() + ", its child needs " + expected.get());
        }
        if (footer.type() == VhdFooter.FIXED) {
            if (footer.size() > source.size() - VhdFooter.LENGTH) {
                throw new DoppelException(
                        DiskError.TRUNCATED,
                        source.path() + " is shorter than its disk of " + footer.size() + " bytes");
            }
            return new FlatContent(source, "vhd", footer.size());
        }
        ByteBuffer header = header(source, footer);
        Optional<DiskContent> parent =
                footer.type() == VhdFooter.DIFFERENCING ? Optional.of(parent(chain, source, header)) : Optional.empty();
        return new VhdContent(source, footer, header, parent);
    }

    private static ByteBuffer header(SourceFile source, VhdFooter footer) throws DoppelException {
        byte[] bytes = new byte[HEADER_LENGTH];
        source.read(footer.headerOffset(), bytes, 0, bytes.length);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        if (header.getLong(0) != HEADER_MAGIC || !VhdFooter.checksumMatches(header, HEADER_CHECKSUM)) {
            throw new DoppelException(DiskError.CORRUPT, source.path() + " has a damaged header");
        }
        return header;
    }

    private static DiskContent parent(ImageChain chain, SourceFile source, ByteBuffer header) throws DoppelException {
        UUID id = new UUID(header.getLong(40), header.getLong(48));
        List<String> names = new ArrayList<>();
        names.add(text(header.array(), 64, 512, StandardCharsets.UTF_16BE));
        for (int i = 0; i < 8; i++) {
            locator(source, header, LOCATORS + i * LOCATOR_LENGTH).ifPresent(names::add);
        }
        SourceFile file = chain.add(ParentNames.find(source.path(), names));
        return open(chain, file, Optional.of(id));
    }

    private static Optional<String> locator(SourceFile source, ByteBuffer header, int at) throws DoppelException {
        int code = header.getInt(at);
        int length = header.getInt(at + 8);
        if (length <= 0 || length > LONGEST_LOCATOR) {
            return Optional.empty();
        }
        if (code != WINDOWS_ABSOLUTE && code != WINDOWS_RELATIVE && code != FILE_URL) {
            return Optional.empty();
        }
        byte[] bytes = new byte[length];
        source.read(header.getLong(at + 16), bytes, 0, length);
        return Optional.of(
                text(bytes, 0, length, code == FILE_URL ? StandardCharsets.UTF_8 : StandardCharsets.UTF_16LE));
    }

    private static String text(byte[] bytes, int from, int length, Charset charset) {
        String text = new String(bytes, from, length, charset);
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }

    @Override
    Extent lookUp(long offset, long most) throws DoppelException {
        long inBlock = offset % blockSize;
        long rest = Math.min(most, blockSize - inBlock);
        long sector = tables.bigInt(tableOffset + offset / blockSize * 4);
        if (sector == UNUSED) {
            return unallocated(rest);
        }
        long block = sector * SECTOR;
        BitRun run = BitRun.mostSignificantFirst(tables, block, inBlock / SECTOR);
        long length = Math.min(rest, run.length() * SECTOR - inBlock % SECTOR);
        return run.set() ? Extent.data(block + bitmapSize + inBlock, length) : unallocated(length);
    }

    @Override
    void readCompressed(long offset, Extent extent, byte[] buffer, int from) {
        throw new IllegalStateException("a VHD has no compressed blocks");
    }

    private DoppelException corrupt(String what) {
        return new DoppelException(DiskError.CORRUPT, source().name() + " has " + what);
    }
}
