package io.doppel.api.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * SHA-256 of a certificate's DER form: what a person compares and a pin holds.
 *
 * @param text 32 pairs of upper-case hex digits with colons between them, as openssl and XAPI print them
 */
public record Fingerprint(String text) {
    private static final Pattern PAIRS = Pattern.compile("[0-9A-F]{2}(:[0-9A-F]{2}){31}");
    private static final HexFormat FORMAT = HexFormat.ofDelimiter(":").withUpperCase();

    /** Checks the form. */
    public Fingerprint {
        if (!PAIRS.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no SHA-256 fingerprint");
        }
    }

    /** The fingerprint of a certificate. */
    public static Fingerprint of(X509Certificate certificate) {
        try {
            return new Fingerprint(
                    FORMAT.formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("The certificate has no DER form", e);
        }
    }

    /**
     * What a person typed: hex digits of either case, with or without colons, possibly behind {@code SHA256:}.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static Fingerprint parse(String text) {
        String digits = text.strip().toUpperCase(Locale.ROOT).replaceFirst("^SHA-?256[:=]", "");
        return new Fingerprint(digits.contains(":") ? digits : digits.replaceAll("..(?=.)", "$0:"));
    }

    @Override
    public String toString() {
        return text;
    }
}
