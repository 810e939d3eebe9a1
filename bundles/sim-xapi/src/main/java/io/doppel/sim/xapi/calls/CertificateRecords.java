package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.HostIdentity;
import io.doppel.sim.xapi.Records;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Map;

/** The records that tell the certificates of hosts. */
final class CertificateRecords {
    private CertificateRecords() {}

    /** Puts the record of a host's certificate in the place of the one that is there, if any. */
    static void replace(Records records, String host, HostIdentity identity) {
        records.refs("host", host, "certificates").forEach(old -> records.destroy("Certificate", old));
        X509Certificate certificate = identity.certificate();
        try {
            String sha256 = fingerprint(certificate, "SHA-256");
            records.create(
                    "Certificate",
                    Map.of(
                            "host",
                            host,
                            "type",
                            "host",
                            "not_before",
                            certificate.getNotBefore().toInstant(),
                            "not_after",
                            certificate.getNotAfter().toInstant(),
                            "fingerprint",
                            sha256,
                            "fingerprint_sha256",
                            sha256,
                            "fingerprint_sha1",
                            fingerprint(certificate, "SHA-1")));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String fingerprint(X509Certificate certificate, String hash) throws GeneralSecurityException {
        return HexFormat.ofDelimiter(":")
                .withUpperCase()
                .formatHex(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
    }
}
