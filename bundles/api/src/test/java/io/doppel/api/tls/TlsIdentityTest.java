package io.doppel.api.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TlsIdentityTest {
    @Test
    void comesBackFromItsBytes() throws Exception {
        for (String name : new String[] {"a", "x".repeat(64)}) {
            TlsIdentity made = TlsIdentity.make(name);
            assertEquals(made.fingerprint(), TlsIdentity.decode(made.encode()).fingerprint());
        }
        assertNotEquals(
                TlsIdentity.make("a").fingerprint(), TlsIdentity.make("a").fingerprint());
    }

    @Test
    void theCertificateIsSelfSignedAndNeverExpires() throws Exception {
        byte[] all = TlsIdentity.make("somebody").encode();
        int key = ByteBuffer.wrap(all).getInt();
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(all, key + 8, all.length - key - 8));
        certificate.verify(certificate.getPublicKey());
        certificate.checkValidity();
        assertEquals("CN=somebody", certificate.getSubjectX500Principal().getName());
        assertEquals(253_402_300_799L, certificate.getNotAfter().toInstant().getEpochSecond());
    }

    @Test
    void anythingElseIsRefused() throws Exception {
        byte[] one = TlsIdentity.make("a").encode();
        byte[] other = TlsIdentity.make("a").encode();
        for (int length = 0; length < one.length; length++) {
            byte[] cut = Arrays.copyOf(one, length);
            assertThrows(IOException.class, () -> TlsIdentity.decode(cut));
        }
        assertThrows(IOException.class, () -> TlsIdentity.decode(Arrays.copyOf(one, one.length + 1)));
        int key = ByteBuffer.wrap(one).getInt() + 4;
        int otherKey = ByteBuffer.wrap(other).getInt() + 4;
        byte[] mixed = ByteBuffer.allocate(key + other.length - otherKey)
                .put(one, 0, key)
                .put(other, otherKey, other.length - otherKey)
                .array();
        assertThrows(IOException.class, () -> TlsIdentity.decode(mixed), "a key with the certificate of another");
    }
}
