package io.doppel.xapi;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of an HTTP answer.
 *
 * @param status status code
 * @param reason what stands behind the code
 * @param fields header fields by name in lower case; of a field given twice the last one
 */
public record HttpHead(int status, String reason, Map<String, String> fields) {
    /** Copies. */
    public HttpHead {
        fields = Map.copyOf(fields);
    }

    /** A header field. */
    public Optional<String> field(String lowerCaseName) {
        return Optional.ofNullable(fields.get(lowerCaseName));
    }

    /**
     * Reads a head and not one byte more.
     *
     * @param limit longest head in bytes
     * @throws EOFException if the stream ends before the first byte
     * @throws IOException if it is no head
     */
    static HttpHead read(InputStream in, int limit) throws IOException {
        int[] left = {limit};
        String first = line(in, left);
        String[] parts = first.split(" ", 3);
        if (!first.startsWith("HTTP/1.") || parts.length < 2 || !parts[1].matches("\\d{3}")) {
            throw new IOException("the answer is no HTTP");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("the answer has a broken header");
            }
            fields.put(
                    line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new HttpHead(Integer.parseInt(parts[1]), parts.length > 2 ? parts[2] : "", fields);
    }

    static String line(InputStream in, int[] left) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(64);
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended before the answer");
            }
            if (b == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1);
            }
            if (--left[0] < 0) {
                throw new IOException("the answer's head is too long");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
    }
}
