package io.doppel.xapi;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The body of an HTTP answer as a stream of its own. Closing it does not close the connection. */
final class HttpBody extends InputStream {
    private static final int MAX_LINE = 8 << 10;

    private final InputStream in;
    private final boolean chunked;
    private long left;
    private boolean ended;

    private HttpBody(InputStream in, boolean chunked, long left) {
        this.in = in;
        this.chunked = chunked;
        this.left = left;
    }

    static InputStream of(InputStream in, HttpHead head) throws IOException {
        if (head.status() == 204 || head.status() == 304) {
            return InputStream.nullInputStream();
        }
        if (head.field("transfer-encoding")
                .filter(v -> v.equalsIgnoreCase("chunked"))
                .isPresent()) {
            return new HttpBody(in, true, 0);
        }
        if (head.field("content-length").isEmpty()) {
            return in;
        }
        try {
            return new HttpBody(
                    in,
                    false,
                    Long.parseUnsignedLong(head.field("content-length").get()));
        } catch (NumberFormatException e) {
            throw new IOException("the answer's length is no number", e);
        }
    }

    /** Whether the end of a body is known without the end of the connection. */
    static boolean delimited(HttpHead head) {
        return head.status() == 204
                || head.field("content-length").isPresent()
                || head.field("transfer-encoding").isPresent();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0 && (!chunked || !nextChunk())) {
            return -1;
        }
        int n = in.read(buffer, from, (int) Math.min(length, left));
        if (n < 0) {
            throw new EOFException("the connection ended in the middle of an answer");
        }
        left -= n;
        if (chunked && left == 0) {
            HttpHead.line(in, new int[] {MAX_LINE});
        }
        return n;
    }

    private boolean nextChunk() throws IOException {
        if (ended) {
            return false;
        }
        String size = HttpHead.line(in, new int[] {MAX_LINE}).split(";", 2)[0].strip();
        try {
            left = Long.parseUnsignedLong(size, 16);
        } catch (NumberFormatException e) {
            throw new IOException("the answer has a broken chunk", e);
        }
        if (left == 0) {
            ended = true;
            int[] limit = {MAX_LINE};
            while (!HttpHead.line(in, limit).isEmpty()) {
                // trailers say nothing to us
            }
        }
        return !ended;
    }
}
