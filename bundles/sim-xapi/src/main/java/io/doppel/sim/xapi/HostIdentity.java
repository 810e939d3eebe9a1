package io.doppel.sim.xapi;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * The key and the self-signed certificate of a host.
 *
 * @param certificatePem the certificate as PEM text
 * @param keyPem the private key as PEM text (PKCS #8), made for this simulator and worth nothing elsewhere
 */
public record HostIdentity(X509Certificate certificate, PrivateKey key, String certificatePem, String keyPem) {
    @Override
    public String toString() {
        return "HostIdentity[" + certificate.getSubjectX500Principal() + "]";
    }
}
