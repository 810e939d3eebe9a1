package io.doppel.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Drops terminal escape sequences ({@code ESC [ … letter} and two-character ones); everything else passes byte by byte. */
final class PlainOutputStream extends FilterOutputStream {
    private static final int ESCAPE = 0x1b;

    private enum State {
        TEXT,
        ESCAPED,
        SEQUENCE
    }

    private State state = State.TEXT;

    PlainOutputStream(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        switch (state) {
            case TEXT -> {
                if (b == ESCAPE) {
                    state = State.ESCAPED;
                } else {
                    out.write(b);
                }
            }
            case ESCAPED -> state = b == '[' ? State.SEQUENCE : State.TEXT;
            case SEQUENCE -> {
                if (b >= 0x40 && b <= 0x7e) {
                    state = State.TEXT;
                }
            }
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        for (int i = offset; i < offset + length; i++) {
            if (state == State.TEXT && bytes[i] != ESCAPE) {
                continue;
            }
            out.write(bytes, from, i - from);
            write(bytes[i]);
            from = i + 1;
        }
        out.write(bytes, from, offset + length - from);
    }
}
