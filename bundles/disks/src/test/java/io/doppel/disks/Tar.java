package io.doppel.disks;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/** Puts archives together file by file, also such as no tar would make. */
final class Tar {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Tar file(String name, byte[] content) {
        return file(name, content, content.length, '0');
    }

    Tar file(String name, byte[] content, long claimed, char type) {
        byte[] b = new byte[512];
        put(b, 0, name);
        put(b, 100, "0000400");
        put(b, 124, String.format(Locale.ROOT, "%011o", claimed));
        Arrays.fill(b, 148, 156, (byte) ' ');
        b[156] = (byte) type;
        put(b, 257, "ustar  ");
        int sum = 0;
        for (byte value : b) {
            sum += value & 0xFF;
        }
        put(b, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        out.writeBytes(b);
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & 511]);
        return this;
    }

    Tar ova(XmlRpcValue description) {
        return file("ova.xml", description.toXml());
    }

    /** A chunk with the checksum that it needs. */
    Tar chunk(String name, byte[] content) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-1").digest(content);
        file(name, content);
        return file(name + ".checksum", HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII));
    }

    byte[] unfinished() {
        return out.toByteArray();
    }

    byte[] finished() {
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    private static void put(byte[] b, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, b, at, bytes.length);
    }
}
