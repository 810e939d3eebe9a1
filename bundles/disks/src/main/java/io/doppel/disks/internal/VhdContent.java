package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A dynamic or differencing VHD. */
final class VhdContent extends MappedContent {
    private static final long UNUSED = 0xFFFFFFFFL;
    private static final int SECTOR = VhdHeader.SECTOR;

    private final TableReader tables;
    private final VhdHeader header;

    private VhdContent(ByteSource source, VhdFooter footer, VhdHeader header, Optional<DiskContent> parent) {
        super(source, "vhd", footer.size(), parent);
        this.tables = new TableReader(source);
        this.header = header;
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
        byte[] bytes = new byte[VhdHeader.LENGTH];
        source.read(footer.headerOffset(), bytes, 0, bytes.length);
        VhdHeader header = VhdHeader.parse(bytes, footer.size(), source.name());
        Optional<DiskContent> parent =
                footer.type() == VhdFooter.DIFFERENCING ? Optional.of(parent(chain, source, header)) : Optional.empty();
        return new VhdContent(source, footer, header, parent);
    }

    private static DiskContent parent(ImageChain chain, SourceFile source, VhdHeader header) throws DoppelException {
        List<String> names = new ArrayList<>();
        names.add(header.parentName());
        for (VhdHeader.Locator locator : header.locators()) {
            byte[] bytes = new byte[locator.length()];
            source.read(locator.offset(), bytes, 0, bytes.length);
            names.add(locator.text(bytes));
        }
        SourceFile file = chain.add(ParentNames.find(source.path(), names));
        return open(chain, file, Optional.of(header.parentId()));
    }

    @Override
    Extent lookUp(long offset, long most) throws DoppelException {
        long inBlock = offset % header.blockSize();
        long rest = Math.min(most, header.blockSize() - inBlock);
        long sector = tables.bigInt(header.tableOffset() + offset / header.blockSize() * 4);
        if (sector == UNUSED) {
            return unallocated(rest);
        }
        long block = sector * SECTOR;
        BitRun run = BitRun.mostSignificantFirst(tables, block, inBlock / SECTOR);
        long length = Math.min(rest, run.length() * SECTOR - inBlock % SECTOR);
        return run.set() ? Extent.data(block + header.bitmapSize() + inBlock, length) : unallocated(length);
    }

    @Override
    void readCompressed(long offset, Extent extent, byte[] buffer, int from) {
        throw new IllegalStateException("a VHD has no compressed blocks");
    }
}
