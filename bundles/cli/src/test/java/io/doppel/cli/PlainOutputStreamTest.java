package io.doppel.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlainOutputStreamTest {
    private final ByteArrayOutputStream sink = new ByteArrayOutputStream();
    private final PlainOutputStream plain = new PlainOutputStream(sink);

    @Test
    void dropsColoursAndCursorMoves() throws IOException {
        plain.write("\u001b[31;1mError\u001b[0m: \u001b[2Kno\u001b7\u001b[?25h\n".getBytes(StandardCharsets.UTF_8));
        assertEquals("Error: no\n", sink.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aSequenceMayBeCutAnywhere() throws IOException {
        for (byte b : "a\u001b[31mb".getBytes(StandardCharsets.UTF_8)) {
            plain.write(new byte[] {b});
        }
        assertEquals("ab", sink.toString(StandardCharsets.UTF_8));
    }

    @Test
    void everyOtherBytePasses() throws IOException {
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == 0x1b ? 0 : bytes[i];
        }
        plain.write(bytes);
        assertArrayEquals(bytes, sink.toByteArray());
    }
}
