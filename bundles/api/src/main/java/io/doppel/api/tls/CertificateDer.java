package io.doppel.api.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The few DER structures of a self-signed certificate (RFC 5280 §4.1, X.690); Java itself can only read them. */
final class CertificateDer {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OID = 0x06;
    private static final int UTF8 = 0x0c;
    private static final int TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;

    /** ecdsa-with-SHA256, 1.2.840.10045.4.3.2. */
    private static final byte[] ECDSA_SHA256 =
            sequence(der(OID, new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02}));

    /** commonName, 2.5.4.3. */
    private static final byte[] COMMON_NAME = der(OID, new byte[] {0x55, 0x04, 0x03});

    private CertificateDer() {}

    /** What is signed: a certificate of version 1, which has no extensions; RFC 5280 §4.1.2.5 for the end that never is. */
    static byte[] content(String name, BigInteger serial, byte[] publicKey) {
        byte[] common = der(UTF8, name.getBytes(StandardCharsets.UTF_8));
        byte[] who = sequence(der(SET, sequence(COMMON_NAME, common)));
        byte[] validity = sequence(time("20000101000000Z"), time("99991231235959Z"));
        return sequence(der(INTEGER, serial.toByteArray()), ECDSA_SHA256, who, validity, who, publicKey);
    }

    static byte[] certificate(byte[] content, byte[] signature) {
        return sequence(content, ECDSA_SHA256, der(BIT_STRING, join(List.of(new byte[1], signature))));
    }

    private static byte[] time(String text) {
        return der(TIME, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] sequence(byte[]... parts) {
        return der(SEQUENCE, join(List.of(parts)));
    }

    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            byte[] length = BigInteger.valueOf(content.length).toByteArray();
            int from = length[0] == 0 ? 1 : 0;
            out.write(0x80 | length.length - from);
            out.write(length, from, length.length - from);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] join(List<byte[]> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
