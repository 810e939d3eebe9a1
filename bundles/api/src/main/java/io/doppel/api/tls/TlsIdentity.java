package io.doppel.api.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A key (EC P-256) with a certificate that it signed itself, for peers that pin each other. It names nobody and never
 * expires, because who is who is told by fingerprints. Immutable.
 */
public final class TlsIdentity {
    private static final int LIMIT = 16 << 10;

    private final PrivateKey key;
    private final X509Certificate certificate;

    private TlsIdentity(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /**
     * Makes a new one.
     *
     * @param name common name in the certificate, for people; ASCII, 1 to 64 characters
     */
    public static TlsIdentity make(String name) {
        try {
            SecureRandom random = new SecureRandom();
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            KeyPair pair = generator.generateKeyPair();
            byte[] content = CertificateDer.content(
                    name,
                    new BigInteger(120, random).add(BigInteger.ONE),
                    pair.getPublic().getEncoded());
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(content);
            return new TlsIdentity(
                    pair.getPrivate(), certificate(CertificateDer.certificate(content, signature.sign())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has P-256", e);
        }
    }

    /** Key and certificate as bytes for {@link #decode}; secret. */
    public byte[] encode() {
        try {
            byte[] secret = key.getEncoded();
            byte[] shown = certificate.getEncoded();
            return ByteBuffer.allocate(8 + secret.length + shown.length)
                    .putInt(secret.length)
                    .put(secret)
                    .putInt(shown.length)
                    .put(shown)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A certificate that was parsed has a DER form", e);
        }
    }

    /**
     * What {@link #encode()} made.
     *
     * @throws IOException if it is something else, or key and certificate do not belong together
     */
    public static TlsIdentity decode(byte[] bytes) throws IOException {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(part(in)));
            X509Certificate certificate = certificate(part(in));
            Signature proof = Signature.getInstance("SHA256withECDSA");
            proof.initSign(key);
            proof.update(bytes);
            byte[] signed = proof.sign();
            proof.initVerify(certificate);
            proof.update(bytes);
            if (in.hasRemaining() || !proof.verify(signed)) {
                throw new IOException("Key and certificate do not belong together");
            }
            return new TlsIdentity(key, certificate);
        } catch (GeneralSecurityException e) {
            throw new IOException("The key or certificate is damaged", e);
        }
    }

    private static byte[] part(ByteBuffer in) throws IOException {
        int length = in.remaining() < 4 ? -1 : in.getInt();
        if (length < 0 || length > Math.min(LIMIT, in.remaining())) {
            throw new IOException("The key or certificate is cut short");
        }
        byte[] part = new byte[length];
        in.get(part);
        return part;
    }

    private static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** The fingerprint that peers pin. */
    public Fingerprint fingerprint() {
        return Fingerprint.of(certificate);
    }

    /**
     * A context of sockets that show this certificate.
     *
     * @param trust decides which peers are right
     */
    public SSLContext context(X509ExtendedTrustManager trust) {
        try {
            char[] none = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, none);
            store.setKeyEntry("own", key, none, new Certificate[] {certificate});
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, none);
            KeyManager[] own = factory.getKeyManagers();
            SSLContext made = SSLContext.getInstance("TLSv1.3");
            made.init(own, new TrustManager[] {trust}, null);
            return made;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Every Java has TLS 1.3 and key stores in memory", e);
        }
    }
}
