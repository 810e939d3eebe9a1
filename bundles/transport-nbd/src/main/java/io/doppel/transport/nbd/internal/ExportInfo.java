package io.doppel.transport.nbd.internal;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/** Collects and checks what a server says about an export. */
final class ExportInfo {
    static final int BLOCK_SIZE = 3;
    private static final int EXPORT = 0;
    private static final int LARGEST_MINIMUM = 65_536;
    /** What every server takes that says nothing else. */
    private static final int USUAL_MINIMUM = 512;

    private static final int USUAL_PREFERRED = 4096;
    private static final int USUAL_MAXIMUM = 32 << 20;

    private long size = -1;
    private int flags;
    private int minimum = USUAL_MINIMUM;
    private int preferred = USUAL_PREFERRED;
    private int maximum = USUAL_MAXIMUM;

    /** Takes a reply of type INFO; of kinds that were not asked for it does not matter what they say. */
    void take(Options.Reply reply) throws IOException {
        ByteBuffer data = reply.data();
        if (reply.type() != Options.INFO || data.remaining() < 2) {
            throw new ProtocolException("a reply to the choice of the export is of type " + reply.type());
        }
        int kind = data.getShort();
        if (kind == EXPORT) {
            takeExport(data);
        } else if (kind == BLOCK_SIZE) {
            takeBlockSizes(data);
        }
    }

    /** Takes size and flags. */
    void takeExport(ByteBuffer data) throws IOException {
        if (data.remaining() < 10) {
            throw new ProtocolException("the size of the export is missing");
        }
        size = data.getLong();
        flags = data.getShort();
        if (size < 0) {
            throw new ProtocolException("the size of the export is " + Long.toUnsignedString(size));
        }
    }

    private void takeBlockSizes(ByteBuffer data) throws IOException {
        if (data.remaining() < 12) {
            throw new ProtocolException("the block sizes are incomplete");
        }
        long least = Integer.toUnsignedLong(data.getInt());
        long best = Integer.toUnsignedLong(data.getInt());
        long most = Integer.toUnsignedLong(data.getInt());
        if (Long.bitCount(least) != 1
                || least > LARGEST_MINIMUM
                || Long.bitCount(best) != 1
                || best < least
                || most < least) {
            throw new ProtocolException("the block sizes are " + least + ", " + best + " and " + most);
        }
        minimum = (int) least;
        maximum = (int) (Math.min(most, USUAL_MAXIMUM) / least * least);
        preferred = (int) Math.min(best, Integer.highestOneBit(maximum));
    }

    Export export(boolean structured, long allocation, long bitmap) throws IOException {
        if (size < 0) {
            throw new ProtocolException("the size of the export was not said");
        }
        return new Export(size, flags, minimum, preferred, maximum, structured, allocation, bitmap);
    }
}
