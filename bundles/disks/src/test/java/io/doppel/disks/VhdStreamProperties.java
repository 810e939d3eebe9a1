package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever a disk holds and whatever changes: what is read is what was written, or an error. */
class VhdStreamProperties {
    private static final int LARGEST = 9 << 20;

    @Property(tries = 100)
    void anyDiskComesBack(@ForAll @IntRange(max = LARGEST) int size, @ForAll long seed) throws Exception {
        byte[] content = content(size, seed);
        VhdStreamWriter writer =
                VhdStreamWriter.dynamic(new MemoryDisk(content, 4096), UUID.randomUUID(), VhdFiles.MADE);
        byte[] vhd = VhdFiles.bytes(writer);
        assertEquals(writer.length(), vhd.length);
        byte[] padded = Arrays.copyOf(content, (size + 511) / 512 * 512);
        assertArrayEquals(padded, VhdFiles.asStreamed(vhd, new byte[padded.length]));
    }

    @Property(tries = 100)
    void anyChangesComeBackOverTheParent(
            @ForAll @IntRange(min = 1, max = LARGEST) int size,
            @ForAll @IntRange(max = 60) int changes,
            @ForAll long seed)
            throws Exception {
        byte[] before = content(size, seed);
        byte[] after = before.clone();
        Random random = new Random(seed);
        List<ByteRange> changed = new ArrayList<>();
        for (int i = 0; i < changes; i++) {
            int from = random.nextInt(size);
            int length = random.nextInt(Math.min(size - from, 1 << (1 + random.nextInt(20))) + 1);
            Arrays.fill(after, from, from + length, (byte) random.nextInt(3));
            changed.add(new ByteRange(from, length));
        }
        VhdParent parent = new VhdParent(UUID.randomUUID(), "p.vhd", VhdFiles.MADE);
        VhdStreamWriter writer = VhdStreamWriter.differencing(
                new MemoryDisk(after, 4096), changed, parent, UUID.randomUUID(), VhdFiles.MADE);
        byte[] vhd = VhdFiles.bytes(writer);
        assertEquals(writer.length(), vhd.length);
        int padded = (size + 511) / 512 * 512;
        assertArrayEquals(Arrays.copyOf(after, padded), VhdFiles.asStreamed(vhd, Arrays.copyOf(before, padded)));
    }

    /** Rubbish in the table and the bitmaps, which carry no checksum, is read as something or refused, with bounded work. */
    @Property(tries = 300)
    void rubbishInTablesDoesNoHarm(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int places)
            throws Exception {
        Random random = new Random(seed);
        ForeignVhd made = new ForeignVhd(20 * 4096, seed).blocksOf(4096);
        boolean[] sectors = new boolean[20 * 8];
        for (int i = 0; i < sectors.length; i++) {
            sectors[i] = random.nextInt(4) > 0;
        }
        byte[] image = made.image(new byte[20 * 4096], sectors);
        for (int i = 0; i < places; i++) {
            image[1536 + random.nextInt(random.nextBoolean() ? 700 : image.length - 1536)] = (byte) random.nextInt();
        }
        CollectingSink sink = new CollectingSink(new byte[20 * 4096]);
        try {
            VhdStreamReader.read(new ByteArrayInputStream(image), info -> sink, StreamWatch.NONE);
            sink.content();
        } catch (DoppelException e) {
            assertEquals(DiskError.class, e.code().getClass());
        }
    }

    /** Heads that prove right but make no sense are refused, or describe a disk inside which everything told is. */
    @Property(tries = 500)
    void rubbishInHeadsDoesNoHarm(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int places) throws Exception {
        Random random = new Random(seed);
        ForeignVhd made = new ForeignVhd(20 * 4096, seed).blocksOf(4096);
        boolean[] sectors = new boolean[20 * 8];
        Arrays.fill(sectors, true);
        byte[] image = made.image(new byte[20 * 4096], sectors);
        byte[] footer = Arrays.copyOf(image, 512);
        byte[] header = Arrays.copyOfRange(image, 512, 1536);
        for (int i = 0; i < places; i++) {
            byte[] target = random.nextBoolean() ? footer : header;
            // Where the fields that count are.
            target[8 + random.nextInt(target == footer ? 60 : 40)] =
                    (byte) (random.nextBoolean() ? 0 : random.nextInt());
        }
        System.arraycopy(ForeignVhd.summed(ByteBuffer.wrap(footer), 64), 0, image, 0, 512);
        System.arraycopy(footer, 0, image, image.length - 512, 512);
        System.arraycopy(ForeignVhd.summed(ByteBuffer.wrap(header), 36), 0, image, 512, 1024);
        try {
            VhdStreamReader.read(
                    new ByteArrayInputStream(image), info -> new BoundedSink(info.size()), StreamWatch.NONE);
        } catch (DoppelException e) {
            assertEquals(DiskError.class, e.code().getClass());
        }
    }

    private static byte[] content(int size, long seed) {
        Random random = new Random(seed);
        byte[] content = new byte[size];
        int at = 0;
        while (at < size) {
            int run = Math.min(size - at, 1 + random.nextInt(1 << (1 + random.nextInt(22))));
            if (random.nextBoolean()) {
                byte[] part = new byte[run];
                random.nextBytes(part);
                System.arraycopy(part, 0, content, at, run);
            }
            at += run;
        }
        return content;
    }
}
