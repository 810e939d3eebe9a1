package io.doppel.xapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HttpBodyTest {
    private static String read(String answer) throws IOException {
        InputStream in = new ByteArrayInputStream(answer.getBytes(StandardCharsets.ISO_8859_1));
        HttpHead head = HttpHead.read(in, 1000);
        String body = new String(HttpBody.of(in, head).readAllBytes(), StandardCharsets.ISO_8859_1);
        return head.status() + " " + body + "|" + new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void bodiesEndWhereTheyShould() throws Exception {
        assertEquals("200 abc|rest", read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcrest"));
        assertEquals(
                "200 abcde|rest",
                read(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\nrest"));
        assertEquals("500 all|", read("HTTP/1.0 500 Oh\r\n\r\nall"));
        assertEquals("204 |rest", read("HTTP/1.1 204 No\r\n\r\nrest"));
    }

    @Test
    void brokenAnswersFail() {
        assertThrows(EOFException.class, () -> read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"));
        assertThrows(EOFException.class, () -> read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"));
        assertThrows(EOFException.class, () -> read(""));
        assertThrows(IOException.class, () -> read("SSH-2.0-OpenSSH\r\n\r\n"));
        assertThrows(IOException.class, () -> read("HTTP/1.1 200 OK\r\nX: " + "y".repeat(2000) + "\r\n\r\n"));
        assertThrows(IOException.class, () -> read("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"));
    }
}
