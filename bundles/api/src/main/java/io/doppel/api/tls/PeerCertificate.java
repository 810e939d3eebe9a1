package io.doppel.api.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Objects;

/**
 * The certificate that a peer showed.
 *
 * @param peer address of the peer, for people
 * @param fingerprint its fingerprint
 * @param subject whose certificate it says it is
 * @param validUntil when it expires; pinned certificates are not refused for that
 */
public record PeerCertificate(String peer, Fingerprint fingerprint, String subject, Instant validUntil) {
    /** Checks the parts. */
    public PeerCertificate {
        Objects.requireNonNull(peer);
        Objects.requireNonNull(fingerprint);
        Objects.requireNonNull(subject);
        Objects.requireNonNull(validUntil);
    }

    /** Of a certificate that {@code peer} showed. */
    public static PeerCertificate of(String peer, X509Certificate certificate) {
        return new PeerCertificate(
                peer,
                Fingerprint.of(certificate),
                certificate.getSubjectX500Principal().getName(),
                certificate.getNotAfter().toInstant());
    }
}
