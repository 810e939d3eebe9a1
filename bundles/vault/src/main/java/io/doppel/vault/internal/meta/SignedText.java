package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.internal.crypto.Hkdf;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** An object of two lines: JSON and its signature (docs/vault-format.md §3). */
final class SignedText {
    private static final int SIGNATURE = 64;

    private final String name;
    private final byte[] line;
    private final byte[] signature;

    private SignedText(String name, byte[] line, byte[] signature) {
        this.name = name;
        this.line = line;
        this.signature = signature;
    }

    /** The object of that name with this content. */
    static byte[] write(String name, Object value, byte[] macKey) {
        return write(name, Json.write(value), macKey);
    }

    /** The same content as the object of another name. */
    byte[] under(String other, byte[] macKey) {
        return write(other, line, macKey);
    }

    private static byte[] write(String name, byte[] line, byte[] macKey) {
        byte[] signature = sign(name, line, macKey);
        byte[] out = Arrays.copyOf(line, line.length + 1 + SIGNATURE + 1);
        out[line.length] = '\n';
        System.arraycopy(signature, 0, out, line.length + 1, SIGNATURE);
        out[out.length - 1] = '\n';
        return out;
    }

    /** Takes the two lines apart; what they say is not proven before {@link #verify}. */
    static SignedText parse(String name, byte[] object) throws DoppelException {
        int end = firstLine(object).length;
        if (object.length != end + 1 + SIGNATURE + 1 || object[end] != '\n' || object[object.length - 1] != '\n') {
            throw Problems.damaged(name, "it is not one line and its signature");
        }
        return new SignedText(
                name, Arrays.copyOf(object, end), Arrays.copyOfRange(object, end + 1, end + 1 + SIGNATURE));
    }

    /** Everything before the first end of a line. */
    static byte[] firstLine(byte[] object) {
        int end = 0;
        while (end < object.length && object[end] != '\n') {
            end++;
        }
        return Arrays.copyOf(object, end);
    }

    /** The line that is signed. */
    byte[] line() {
        return line;
    }

    <T> T read(Class<T> type) throws DoppelException {
        return Json.read(line, type).orElseThrow(() -> Problems.damaged(name, "its first line is not as it should be"));
    }

    /** Reads the object and checks its signature. */
    static SignedText verified(ObjectIo io, String name, byte[] macKey) throws DoppelException {
        SignedText text = parse(name, io.read(name));
        if (!text.verify(macKey)) {
            throw Problems.damaged(name, "its signature is wrong");
        }
        return text;
    }

    boolean verify(byte[] macKey) {
        return MessageDigest.isEqual(signature, sign(name, line, macKey));
    }

    private static byte[] sign(String name, byte[] line, byte[] macKey) {
        byte[] start = (name + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] text = Arrays.copyOf(start, start.length + line.length);
        System.arraycopy(line, 0, text, start.length, line.length);
        return HexFormat.of().formatHex(Hkdf.hmac(macKey, text)).getBytes(StandardCharsets.US_ASCII);
    }
}
