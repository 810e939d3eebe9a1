package io.doppel.xapi.stream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A stream that may begin with a whole HTTP answer: a host that fails after it said 200 sends a second answer, as the
 * beginning of what should have been a disk. No format that is streamed begins like that.
 */
final class EmbeddedFailure extends FilterInputStream {
    private static final byte[] MARK = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);
    private static final int SHOWN = 2048;

    private byte[] head;
    private int given;

    EmbeddedFailure(InputStream in) {
        super(in);
    }

    /** A failure that stood in a stream. */
    static final class Found extends IOException {
        private static final long serialVersionUID = 1L;

        Found(String answer) {
            super(reason(answer));
        }

        /** What a person wants of the answer: its last sentences without markup, on one line. */
        private static String reason(String answer) {
            int body = answer.indexOf("\r\n\r\n");
            String html = body < 0 ? answer : answer.substring(body);
            String text =
                    html.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ").strip();
            int information = text.indexOf("Additional information");
            String shown = information < 0 ? text : text.substring(information + "Additional information".length());
            return shown.isBlank() ? answer.lines().findFirst().orElse("").strip() : shown.strip();
        }
    }

    private void look() throws IOException {
        if (head == null) {
            byte[] first = in.readNBytes(MARK.length);
            if (Arrays.equals(first, MARK)) {
                throw new Found(new String(MARK, StandardCharsets.US_ASCII)
                        + new String(in.readNBytes(SHOWN), StandardCharsets.ISO_8859_1));
            }
            head = first;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        look();
        if (given == head.length || length == 0) {
            return in.read(buffer, from, length);
        }
        int n = Math.min(length, head.length - given);
        System.arraycopy(head, given, buffer, from, n);
        given += n;
        return n;
    }

    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, SHOWN)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
