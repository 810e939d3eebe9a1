package io.doppel.sim.xapi.http;

import com.github.luben.zstd.ZstdInputStream;
import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.wire.XmlRpc;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import javax.xml.stream.XMLStreamException;

/** An XVA as it comes in: plain or compressed, with {@code ova.xml} first. */
final class XvaArchive {
    private static final int LARGEST_OVA = 64 * 1024 * 1024;

    private final InputStream in;
    private final List<Part> parts;

    /**
     * @param type class of the record
     * @param id its reference within the archive
     */
    record Part(String type, String id, Map<String, Object> fields) {
        String text(String field) {
            return fields.get(field) instanceof String text ? text : "";
        }

        boolean flag(String field) {
            return Boolean.TRUE.equals(fields.get(field));
        }
    }

    private XvaArchive(InputStream in, List<Part> parts) {
        this.in = in;
        this.parts = parts;
    }

    /** @throws XapiFault when it is no such archive */
    static XvaArchive open(InputStream body) throws IOException {
        InputStream in = decompressed(new BufferedInputStream(body, XvaDisks.CHUNK));
        Tar.Entry first = Tar.next(in).orElseThrow(() -> new EOFException("an empty archive"));
        if (!first.name().equals(OvaDocument.FILE)) {
            throw new XapiFault("IMPORT_ERROR_UNEXPECTED_FILE", OvaDocument.FILE, first.name());
        }
        if (first.size() > LARGEST_OVA) {
            throw new XapiFault("IMPORT_ERROR_GENERIC", "ova.xml has " + first.size() + " bytes");
        }
        byte[] xml = Io.read(in, (int) first.size()).array();
        Io.skip(in, first.padding());
        return new XvaArchive(in, parts(xml));
    }

    private static InputStream decompressed(InputStream in) throws IOException {
        in.mark(4);
        byte[] magic = in.readNBytes(4);
        in.reset();
        if (magic.length == 4 && magic[0] == 0x1F && magic[1] == (byte) 0x8B) {
            return new BufferedInputStream(new GZIPInputStream(in, XvaDisks.CHUNK), XvaDisks.CHUNK);
        }
        if (magic.length == 4 && magic[0] == 0x28 && magic[1] == (byte) 0xB5 && magic[2] == 0x2F) {
            return new BufferedInputStream(new ZstdInputStream(in), XvaDisks.CHUNK);
        }
        return in;
    }

    private static List<Part> parts(byte[] xml) {
        try {
            Map<?, ?> document = (Map<?, ?>) XmlRpc.read(new ByteArrayInputStream(xml));
            List<Part> parts = new ArrayList<>();
            for (Object element : (List<?>) document.get("objects")) {
                Map<?, ?> object = (Map<?, ?>) element;
                @SuppressWarnings("unchecked")
                Map<String, Object> fields = (Map<String, Object>) object.get("snapshot");
                parts.add(new Part((String) object.get("class"), (String) object.get("id"), fields));
            }
            return parts;
        } catch (XMLStreamException | ClassCastException | NullPointerException e) {
            throw new XapiFault("IMPORT_ERROR_GENERIC", "ova.xml cannot be read: " + e.getMessage());
        }
    }

    /** What follows {@code ova.xml}: the disks, in the order of their names. */
    InputStream disks() {
        return in;
    }

    List<Part> parts(String type) {
        return parts.stream().filter(part -> part.type().equals(type)).toList();
    }
}
