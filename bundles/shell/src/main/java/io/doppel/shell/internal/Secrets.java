package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads secrets without leaving copies in strings. */
final class Secrets {
    private static final long MAX_FILE = 4096;

    private Secrets() {}

    /** The first line of a file on the server. */
    static char[] file(String path) throws DoppelException {
        byte[] bytes;
        try {
            Path file = Path.of(path);
            if (Files.size(file) > MAX_FILE) {
                throw new DoppelException(ShellError.FILE, "'" + path + "' is longer than 4096 bytes, no secret");
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DoppelException(ShellError.FILE, "'" + path + "' cannot be read", e);
        }
        int length = 0;
        while (length < bytes.length && bytes[length] != '\n' && bytes[length] != '\r') {
            length++;
        }
        char[] secret = decode(bytes, length, StandardCharsets.UTF_8);
        Arrays.fill(bytes, (byte) 0);
        return secret;
    }

    static char[] decode(byte[] bytes, int length, Charset charset) {
        CharBuffer decoded = charset.decode(ByteBuffer.wrap(bytes, 0, length));
        char[] secret = new char[decoded.remaining()];
        decoded.get(secret);
        if (decoded.hasArray()) {
            Arrays.fill(decoded.array(), '\0');
        }
        return secret;
    }
}
