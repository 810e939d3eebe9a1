package io.doppel.cli;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.KeyPair;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A new P-256 key pair in the spellings that both Karaf's server and our client read. */
final class SshKey {
    static final String TYPE = "ecdsa-sha2-nistp256";

    private static final int BITS = 256;

    private final KeyPair pair;

    private SshKey(KeyPair pair) {
        this.pair = pair;
    }

    static SshKey generate() {
        try {
            return new SshKey(KeyPair.genKeyPair(new JSch(), KeyPair.ECDSA, BITS));
        } catch (JSchException e) {
            throw new IllegalStateException("Every Java 17 has P-256", e);
        }
    }

    String privatePem() {
        ByteArrayOutputStream pem = new ByteArrayOutputStream();
        pair.writePrivateKey(pem);
        return pem.toString(StandardCharsets.US_ASCII);
    }

    /** The public key as it stands in known_hosts and keys.properties, without its type. */
    String publicBlob() {
        return Base64.getEncoder().encodeToString(pair.getPublicKeyBlob());
    }
}
