package io.doppel.vault.internal.index;

import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The local file of an index segment, opened.
 *
 * @param header its header
 * @param head everything before the cells, mapped
 * @param cells the whole file, for its cells
 */
record LocalFile(LocalHeader header, MappedFile head, StripedFile cells) {
    /** Opens a file; null if it is not whole, or of another vault, segment or format. Entries and filter are not read. */
    static LocalFile open(Path path, String vault, String segment) throws IOException {
        long size = path.toFile().length();
        if (size < LocalLayout.CELL) {
            return null;
        }
        StripedFile cells = new StripedFile(path);
        byte[] cell = new byte[LocalLayout.CELL];
        cells.read(0, cell);
        LocalHeader header = LocalHeader.of(cell, vault, segment);
        if (header == null || header.layout().size() != size) {
            return null;
        }
        LocalLayout layout = header.layout();
        MappedFile head = MappedFile.open(path, layout.cellsAt());
        try {
            boolean whole = crc(head, layout.packsAt(), layout.fencesAt()) == header.packsCrc()
                    && crc(head, layout.fencesAt(), layout.filterAt()) == header.fencesCrc();
            return whole ? new LocalFile(header, head, cells) : null;
        } catch (InternalError e) {
            // the Java machine's word for a page of a mapped file that cannot be read
            throw new IOException("The file cannot be read: " + e.getMessage(), e);
        }
    }

    private static int crc(MappedFile file, long from, long to) {
        CRC32C crc = new CRC32C();
        file.update(crc, from, to);
        return (int) crc.getValue();
    }
}
