package io.doppel.sim.xapi.http;

import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.disk.Extent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** The disks of an XVA, after its {@code ova.xml}: chunks of 1 MiB, each followed by a file with its checksum. */
final class XvaDisks {
    static final int CHUNK = 1024 * 1024;

    private static final int NUMBER_DIGITS = 8;
    /** Bytes of a chunk that are taken into memory; nobody makes them larger than {@link #CHUNK}. */
    private static final int LARGEST_CHUNK = 16 * CHUNK;

    private XvaDisks() {}

    /**
     * Writes a disk: the first and the last chunk, and of the others those that are not all zeros.
     *
     * @param name the disk's folder in the archive, such as {@code Ref:4}
     * @param data the parts of the disk that may hold something
     * @param keepAlive a chunk without bytes is put in before every chunk whose number this divides; 0 for none. It takes a
     *     number of its own, so that the numbers after it are no multiples of the chunk's size any more.
     */
    static void write(
            OutputStream out,
            String name,
            FileChannel disk,
            long size,
            List<Extent> data,
            Checksum checksum,
            int keepAlive,
            Progress progress)
            throws IOException {
        long chunks = (size + CHUNK - 1) / CHUNK;
        BitSet filled = new BitSet();
        data.forEach(extent -> filled.set((int) (extent.start() / CHUNK), (int) ((extent.end() + CHUNK - 1) / CHUNK)));
        byte[] buffer = new byte[CHUNK];
        int number = 0;
        for (int chunk = 0; chunk < chunks; chunk++, number++) {
            boolean edge = chunk == 0 || chunk == chunks - 1;
            if (keepAlive > 0 && chunk % keepAlive == 0 && !edge) {
                write(out, name, number++, buffer, 0, checksum);
            }
            int length = (int) Math.min(CHUNK, size - (long) chunk * CHUNK);
            progress.at((double) chunk / chunks);
            if (edge || filled.get(chunk)) {
                Io.read(disk, buffer, (long) chunk * CHUNK, size);
                if (edge || !Io.zeros(buffer, length)) {
                    write(out, name, number, buffer, length, checksum);
                }
            }
        }
    }

    private static void write(OutputStream out, String name, int number, byte[] data, int length, Checksum checksum)
            throws IOException {
        String file = name + "/" + String.format("%0" + NUMBER_DIGITS + "d", number);
        Tar.write(out, file, data, length);
        byte[] sum = checksum.of(data, length).getBytes(StandardCharsets.US_ASCII);
        Tar.write(out, file + checksum.extension, sum, sum.length);
    }

    /**
     * Reads one disk from where its first chunk begins. A number that is left out stands for zeros as long as the first chunk;
     * chunks without bytes take a number and no place.
     *
     * @param force whether wrong checksums are let pass
     * @throws XapiFault when the archive is damaged
     */
    static void read(InputStream in, String name, FileChannel disk, long size, boolean force, Progress progress)
            throws IOException {
        long offset = 0;
        long firstLength = -1;
        int last = -1;
        while (offset < size) {
            Tar.Entry entry = Tar.next(in).orElseThrow(() -> broken("the archive ends within disk " + name));
            int number = number(entry, name);
            if (number <= last || entry.size() > LARGEST_CHUNK) {
                throw broken("chunk " + entry.name() + " does not follow " + last);
            }
            firstLength = firstLength < 0 ? entry.size() : firstLength;
            offset += (number - last - 1) * firstLength;
            last = number;
            byte[] data = Io.read(in, (int) entry.size()).array();
            Io.skip(in, entry.padding());
            check(in, entry.name(), data, force);
            Io.write(disk, data, 0, data.length, offset, size);
            offset += data.length;
            progress.at((double) offset / size);
        }
    }

    private static int number(Tar.Entry entry, String name) {
        String prefix = name + "/";
        if (!entry.name().startsWith(prefix)) {
            throw broken("a chunk of " + name + " is missing before " + entry.name());
        }
        try {
            return Integer.parseInt(entry.name().substring(prefix.length()));
        } catch (NumberFormatException e) {
            throw broken("a chunk named " + entry.name());
        }
    }

    private static void check(InputStream in, String name, byte[] data, boolean force) throws IOException {
        Tar.Entry entry = Tar.next(in).orElseThrow(() -> broken("no checksum for " + name));
        Optional<Checksum> checksum = Checksum.of(entry.name());
        if (checksum.isEmpty() || !entry.name().equals(name + checksum.get().extension) || entry.size() > CHUNK) {
            throw broken("no checksum for " + name + " but " + entry.name());
        }
        String told = new String(Io.read(in, (int) entry.size()).array(), StandardCharsets.US_ASCII);
        Io.skip(in, entry.padding());
        if (!force && !told.strip().equals(checksum.get().of(data, data.length))) {
            throw new XapiFault("IMPORT_ERROR_SOME_CHECKSUMS_FAILED");
        }
    }

    private static XapiFault broken(String what) {
        return new XapiFault("IMPORT_ERROR_GENERIC", "Invalid XVA file: " + what);
    }
}
