package io.doppel.disks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Changes VHDX files that qemu made, as Hyper-V would. Written from MS-VHDX, apart from the reader. */
final class VhdxBytes {
    private static final UUID BAT = UUID.fromString("2DC27766-F623-4200-9D64-115E9BFD4A08");
    private static final UUID FILE_PARAMETERS = UUID.fromString("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
    private static final UUID PARENT_LOCATOR = UUID.fromString("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");
    private static final UUID LOCATOR_TYPE = UUID.fromString("B04AEFB7-D19E-4A81-B789-25B8E9445913");
    private static final int[] HEADERS = {64 << 10, 128 << 10};

    private VhdxBytes() {}

    record Layout(int bat, int metadata, int log, UUID dataWriteGuid) {}

    static Layout layout(Path file) throws IOException {
        ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = b.getLong(HEADERS[0] + 8) > b.getLong(HEADERS[1] + 8) ? HEADERS[0] : HEADERS[1];
        int regions = 192 << 10;
        boolean batFirst = guid(b, regions + 16).equals(BAT);
        int one = (int) b.getLong(regions + 16 + 16);
        int two = (int) b.getLong(regions + 48 + 16);
        return new Layout(
                batFirst ? one : two, batFirst ? two : one, (int) b.getLong(header + 72), guid(b, header + 32));
    }

    static void addParent(ByteBuffer b, Layout layout, UUID linkage, String name) {
        int table = layout.metadata();
        int entries = b.getShort(table + 10);
        for (int i = 0; i < entries; i++) {
            if (guid(b, table + 32 + i * 32).equals(FILE_PARAMETERS)) {
                int item = table + b.getInt(table + 32 + i * 32 + 16);
                b.putInt(item + 4, 2);
            }
        }
        int offset = 512 << 10;
        int entry = table + 32 + entries * 32;
        putGuid(b, entry, PARENT_LOCATOR);
        b.putShort(table + 10, (short) (entries + 1));
        String[][] pairs = {
            {"parent_linkage", "{" + linkage + "}"},
            {"relative_path", ".\\" + name},
            {"volume_path", "\\\\?\\Volume{0}\\x"}
        };
        int locator = table + offset;
        putGuid(b, locator, LOCATOR_TYPE);
        b.putShort(locator + 18, (short) pairs.length);
        int text = 20 + pairs.length * 12;
        for (int i = 0; i < pairs.length; i++) {
            int at = locator + 20 + i * 12;
            for (int part = 0; part < 2; part++) {
                byte[] bytes = pairs[i][part].getBytes(StandardCharsets.UTF_16LE);
                b.putInt(at + part * 4, text).putShort(at + 8 + part * 2, (short) bytes.length);
                b.put(locator + text, bytes);
                text += bytes.length;
            }
        }
        b.putInt(entry + 16, offset).putInt(entry + 20, text).putInt(entry + 24, 4);
    }

    /**
     * Moves pages of the file into its log, leaving garbage in their places, as a crash between log and file does.
     *
     * @param start where in the log's MiB to begin; near its end the log wraps around
     */
    static void moveToLog(Path image, int start, int[] pages, int zeroedPage) throws IOException {
        Layout layout = layout(image);
        ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(image)).order(ByteOrder.LITTLE_ENDIAN);
        UUID logGuid = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
        int logLength = 1 << 20;
        int at = start;
        int tail = at;
        long sequence = 0x1_0000_0007L;
        Arrays.fill(b.array(), layout.log(), layout.log() + logLength, (byte) 0);
        for (int i = 0; i <= pages.length; i++) {
            int page = i < pages.length ? pages[i] : zeroedPage;
            ByteBuffer entry =
                    ByteBuffer.allocate(4096 + (i < pages.length ? 4096 : 0)).order(ByteOrder.LITTLE_ENDIAN);
            entry.put(0, "loge".getBytes())
                    .putInt(8, entry.capacity())
                    .putInt(12, tail)
                    .putLong(16, sequence);
            entry.putInt(24, 1).putLong(48, b.capacity()).putLong(56, b.capacity());
            putGuid(entry, 32, logGuid);
            entry.putLong(64 + 16, page).putLong(64 + 24, sequence);
            if (i < pages.length) {
                entry.put(64, "desc".getBytes())
                        .putInt(68, b.getInt(page + 4092))
                        .putLong(72, b.getLong(page));
                entry.put(4096, "data".getBytes()).putInt(4100, (int) (sequence >>> 32));
                entry.put(4104, b, page + 8, 4084).putInt(4096 + 4092, (int) sequence);
            } else {
                entry.put(64, "zero".getBytes()).putLong(72, 4096);
            }
            entry.putInt(4, crc(entry.array(), 0, entry.capacity()));
            for (int part = 0; part < entry.capacity(); part += 4096) {
                b.put(layout.log() + (at + part) % logLength, entry.array(), part, 4096);
            }
            Arrays.fill(b.array(), page, page + 4096, (byte) 0xAB);
            at = (at + entry.capacity()) % logLength;
            sequence++;
        }
        for (int header : HEADERS) {
            putGuid(b, header + 48, logGuid);
            b.putInt(header + 4, 0);
            b.putInt(header + 4, crc(b.array(), header, 4096));
        }
        Files.write(image, b.array());
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private static UUID guid(ByteBuffer b, int at) {
        long high = (b.getInt(at) & 0xFFFFFFFFL) << 32
                | (b.getShort(at + 4) & 0xFFFFL) << 16
                | b.getShort(at + 6) & 0xFFFFL;
        return new UUID(high, Long.reverseBytes(b.getLong(at + 8)));
    }

    private static void putGuid(ByteBuffer b, int at, UUID guid) {
        long high = guid.getMostSignificantBits();
        b.putInt(at, (int) (high >>> 32))
                .putShort(at + 4, (short) (high >>> 16))
                .putShort(at + 6, (short) high);
        b.putLong(at + 8, Long.reverseBytes(guid.getLeastSignificantBits()));
    }
}
