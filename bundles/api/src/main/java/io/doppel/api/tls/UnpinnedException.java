package io.doppel.api.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** A peer showed a certificate that is not pinned. */
public final class UnpinnedException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final transient X509Certificate certificate;

    UnpinnedException(X509Certificate certificate) {
        super("The peer shows the certificate " + Fingerprint.of(certificate) + ", which is not pinned");
        this.certificate = certificate;
    }

    /** The certificate shown. */
    X509Certificate certificate() {
        return certificate;
    }

    /** Its fingerprint. */
    public Fingerprint shown() {
        return Fingerprint.of(certificate);
    }
}
