package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Writes the files of an XVA. */
final class XvaOutput {
    private final StreamEnd end;
    private final byte[] padding = new byte[TarHeader.LENGTH];

    XvaOutput(StreamEnd end) {
        this.end = end;
    }

    void file(String name, byte[] content, int length) throws DoppelException, IOException {
        TarHeader header = TarHeader.file(name, length);
        end.write(header.bytes());
        end.write(content, 0, length);
        end.write(padding, 0, header.padding());
    }

    /** A chunk and its checksum. */
    void chunk(String name, byte[] content, int length, String hash) throws DoppelException, IOException {
        file(name, content, length);
        byte[] digits = hash.getBytes(StandardCharsets.US_ASCII);
        file(name + Xva.HASH_SUFFIX, digits, digits.length);
    }

    void flush() throws IOException {
        end.flush();
    }
}
