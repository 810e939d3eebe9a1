package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.DurableFiles;
import io.doppel.vault.VaultError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * When this server verified packs, or stored those that it has not verified yet. To the second. Safe for several threads.
 *
 * <p>In memory 4 bytes a pack; on disk a file to which 24 bytes are added whenever something becomes known, and which is written anew when
 * it has more than twice as many entries as there are packs: at most 80 MB for 1.6 million packs. What the file does not tell, because it
 * was lost, cut off or is another's, counts as never verified. It is made durable by {@link #sync} alone; a power cut before loses no more
 * than that.
 */
public final class PackTimes implements AutoCloseable {
    /** No time is before this. */
    private static final long FIRST_SECOND =
            Instant.parse("2020-01-01T00:00:00Z").getEpochSecond();

    private static final int HEADER = 64;
    private static final int ENTRY = 24;
    private static final int SPARE_ENTRIES = 4096;
    /** A time that is later than now by more than this is that of a clock which was wrong. */
    private static final Duration LATE = Duration.ofDays(1);

    private static final byte[] MAGIC = "DPLTIME1".getBytes(StandardCharsets.US_ASCII);

    private final Path file;
    private final String vault;
    private final ChunkIndex index;
    /** By pack: 0 if nothing is known, n if verified n seconds after the first, −n if stored then and never verified. */
    private int[] times = new int[64];

    private long entries;
    private FileChannel out;

    /** What is known of packs of a vault, in that file. */
    public PackTimes(Path file, String vault, ChunkIndex index) {
        this.file = file;
        this.vault = vault;
        this.index = index;
    }

    /**
     * Reads the file, as far as it is one of this vault and whole.
     *
     * @throws DoppelException {@link VaultError#LOCAL_STATE}
     */
    public synchronized void load() throws DoppelException {
        try {
            DurableFiles.createFolders(file.toAbsolutePath().getParent());
            if (!Files.exists(file) || !read()) {
                rewrite();
            } else {
                open();
                rewriteIfLong();
            }
        } catch (IOException e) {
            throw new DoppelException(VaultError.LOCAL_STATE, "'" + file + "' cannot be read or written", e);
        }
    }

    /** Whether the file is one of this vault; takes from it what is whole. */
    private boolean read() throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.allocate(ENTRY << 12).limit(HEADER);
            if (!fill(in, buffer, 0) || !Arrays.equals(buffer.array(), 0, HEADER, header(), 0, HEADER)) {
                return false;
            }
            entries = (in.size() - HEADER) / ENTRY;
            in.truncate(HEADER + entries * ENTRY);
            for (long at = HEADER; at < in.size(); at += buffer.limit()) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), in.size() - at));
                if (!fill(in, buffer, at)) {
                    throw new IOException("the file shrank");
                }
                for (int i = 0; i < buffer.limit(); i += ENTRY) {
                    take(buffer.array(), i);
                }
            }
            return true;
        }
    }

    private static boolean fill(FileChannel in, ByteBuffer buffer, long at) throws IOException {
        while (buffer.hasRemaining()) {
            if (in.read(buffer, at + buffer.position()) < 0) {
                return false;
            }
        }
        buffer.flip();
        return true;
    }

    private void take(byte[] bytes, int at) {
        ByteBuffer entry = ByteBuffer.wrap(bytes, at, ENTRY);
        String name =
                HexFormat.of().toHexDigits(entry.getLong()) + HexFormat.of().toHexDigits(entry.getLong());
        int time = entry.getInt();
        int pack = index.packNumber(name);
        if (entry.getInt() == crc(bytes, at) && pack >= 0) {
            set(pack, time);
        }
    }

    /** A pack was stored; counts only if nothing is known of it. */
    public synchronized void stored(int pack, Instant at) throws DoppelException {
        if (time(pack) == 0) {
            note(pack, -seconds(at));
        }
    }

    /** A pack was read to its end, whether it was found right or not. */
    public synchronized void verified(int pack, Instant at) throws DoppelException {
        note(pack, seconds(at));
    }

    /** When the pack was verified last; empty if never. */
    public synchronized Optional<Instant> verifiedAt(int pack) {
        int time = time(pack);
        return time > 0 ? Optional.of(instant(time)) : Optional.empty();
    }

    /**
     * When the one of these packs was verified whose verification is the longest ago, those on cleared lists aside; empty if one of them
     * never was, or if there are none.
     */
    public synchronized Optional<Instant> oldest(IntStream packs) {
        int oldest = packs.filter(p -> !index.isCleared(p))
                .map(p -> Math.max(0, time(p)))
                .min()
                .orElse(0);
        return oldest == 0 ? Optional.empty() : Optional.of(instant(oldest));
    }

    /**
     * The packs whose turn it is to be verified, the longest unverified first: those of which nothing is known, those verified by
     * {@code verifiedBy}, and those stored by {@code storedBy} that never were. Times far ahead of the clock count as not known.
     *
     * @return numbers of packs
     */
    public synchronized int[] due(Instant now, Instant verifiedBy, Instant storedBy) {
        int late = seconds(now.plus(LATE));
        int verified = seconds(verifiedBy);
        int stored = seconds(storedBy);
        return IntStream.range(0, index.packCount())
                .filter(p -> !index.isCleared(p))
                .mapToLong(p -> (long) known(p, late) << Integer.SIZE | p)
                .filter(entry -> {
                    int time = (int) (entry >> Integer.SIZE);
                    return time >= 0 ? time <= verified : -time <= stored;
                })
                .map(entry -> Math.abs(entry >> Integer.SIZE) << Integer.SIZE | (int) entry)
                .sorted()
                .mapToInt(entry -> (int) entry)
                .toArray();
    }

    /** What is known of the pack, unless it is of a clock that was wrong. */
    private int known(int pack, int late) {
        int time = time(pack);
        return Math.abs(time) > late ? 0 : time;
    }

    private void note(int pack, int time) throws DoppelException {
        if (time(pack) == time) {
            return;
        }
        set(pack, time);
        try {
            if (out == null) {
                throw new IOException("it was closed");
            }
            write(out, ByteBuffer.wrap(entry(pack)));
            entries++;
            rewriteIfLong();
        } catch (IOException e) {
            throw new DoppelException(VaultError.LOCAL_STATE, "'" + file + "' cannot be written", e);
        }
    }

    private void rewriteIfLong() throws IOException {
        if (entries > 2L * index.packCount() + SPARE_ENTRIES) {
            rewrite();
        }
    }

    private void rewrite() throws IOException {
        int[] known = IntStream.range(0, Math.min(times.length, index.packCount()))
                .filter(p -> times[p] != 0 && !index.isCleared(p))
                .toArray();
        ByteBuffer all = ByteBuffer.allocate(HEADER + ENTRY * known.length).put(header());
        for (int pack : known) {
            all.put(entry(pack));
        }
        closeFile();
        DurableFiles.replace(file, all.array());
        entries = known.length;
        open();
    }

    private void open() throws IOException {
        out = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    private byte[] header() {
        return ByteBuffer.allocate(HEADER)
                .put(MAGIC)
                .put(vault.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    private byte[] entry(int pack) {
        String name = index.packName(pack);
        ByteBuffer entry = ByteBuffer.allocate(ENTRY)
                .putLong(HexFormat.fromHexDigitsToLong(name, 0, 16))
                .putLong(HexFormat.fromHexDigitsToLong(name, 16, 32))
                .putInt(times[pack]);
        return entry.putInt(crc(entry.array(), 0)).array();
    }

    private static int crc(byte[] bytes, int at) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, at, ENTRY - Integer.BYTES);
        return (int) crc.getValue();
    }

    private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private int time(int pack) {
        return pack < times.length ? times[pack] : 0;
    }

    private void set(int pack, int time) {
        if (pack >= times.length) {
            times = Arrays.copyOf(times, Math.max(pack + 1, times.length * 2));
        }
        times[pack] = time;
    }

    private static int seconds(Instant at) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, at.getEpochSecond() - FIRST_SECOND));
    }

    private static Instant instant(int seconds) {
        return Instant.ofEpochSecond(FIRST_SECOND + seconds);
    }

    /** Makes durable what is known by now. */
    public synchronized void sync() throws DoppelException {
        try {
            if (out != null) {
                out.force(false);
            }
        } catch (IOException e) {
            throw new DoppelException(VaultError.LOCAL_STATE, "'" + file + "' cannot be written", e);
        }
    }

    private void closeFile() throws IOException {
        if (out != null) {
            out.close();
            out = null;
        }
    }

    /** Makes durable what is known and lets go of the file. */
    @Override
    public synchronized void close() throws DoppelException {
        sync();
        try {
            closeFile();
        } catch (IOException e) {
            throw new DoppelException(VaultError.LOCAL_STATE, "'" + file + "' cannot be closed", e);
        }
    }
}
