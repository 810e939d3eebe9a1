package io.doppel.listener.internal;

import io.doppel.api.tls.Fingerprint;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.BiPredicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;

/** Asks the role that the peer chose whether it trusts the peer's certificate. */
final class RoleTrust extends X509ExtendedTrustManager {
    private final BiPredicate<String, Fingerprint> trusts;

    /** @param trusts whether the role of that protocol trusts that certificate */
    RoleTrust(BiPredicate<String, Fingerprint> trusts) {
        this.trusts = trusts;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        String protocol = ((SSLSocket) socket).getHandshakeApplicationProtocol();
        if (protocol == null || !trusts.test(protocol, Fingerprint.of(chain[0]))) {
            throw new CertificateException("No such peer is known");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("The role is not known");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("This side is the server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
