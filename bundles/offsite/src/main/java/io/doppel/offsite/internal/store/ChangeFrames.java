package io.doppel.offsite.internal.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** How changes stand in journals and snapshots: length, CRC32C of the rest, the change. */
final class ChangeFrames {
    static final int HEAD = 8;

    /** Above what a change of {@link ClientStore#BATCH} ids takes. */
    static final int LIMIT = 64 << 20;

    private ChangeFrames() {}

    static byte[] encode(Change change) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.write(new byte[HEAD]);
            change.write(new DataOutputStream(bytes));
            byte[] all = bytes.toByteArray();
            ByteBuffer.wrap(all).putInt(all.length - HEAD).putInt(crc(all, HEAD, all.length - HEAD));
            return all;
        } catch (IOException e) {
            throw new IllegalStateException("Memory does not fail", e);
        }
    }

    /** Length of the whole frame at an offset; 0 if there is none that is whole and right. */
    static int length(byte[] bytes, int at) {
        if (bytes.length - at < HEAD) {
            return 0;
        }
        ByteBuffer head = ByteBuffer.wrap(bytes, at, HEAD);
        int length = head.getInt();
        if (length < 1 || length > Math.min(LIMIT, bytes.length - at - HEAD)) {
            return 0;
        }
        return head.getInt() == crc(bytes, at + HEAD, length) ? HEAD + length : 0;
    }

    /** The change in a frame that is right. */
    static Change decode(byte[] bytes, int at, int length) throws IOException {
        return Change.read(new DataInputStream(new ByteArrayInputStream(bytes, at + HEAD, length - HEAD)));
    }

    /** Whether a whole frame at an offset holds a change with an event in a range, and nothing else. */
    static boolean isChange(byte[] bytes, int at, long firstEvent, long lastEvent) {
        int length = length(bytes, at);
        if (length == 0) {
            return false;
        }
        try {
            long event = decode(bytes, at, length).event();
            return event >= firstEvent && event <= lastEvent;
        } catch (IOException e) {
            return false;
        }
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
