package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.PinnedTls;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.Endpoint;
import io.doppel.transport.nbd.NbdError;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** An export of a server, and how to get at it. Its text form is free of secrets. */
public final class NbdTarget {
    /** The kind of access. */
    public static final String KIND = "nbd";

    private static final int MOST_CONNECTIONS = 16;
    private static final int LONGEST_NAME = 4096;

    private final String host;
    private final int port;
    private final Optional<PinnedTls> tls;
    private final String prefix;
    private final String suffix;
    private final OptionalInt connections;
    private final Optional<String> bitmap;

    private NbdTarget(
            Endpoint endpoint,
            Optional<PinnedTls> tls,
            String prefix,
            String suffix,
            OptionalInt connections,
            Optional<String> bitmap) {
        this.host = endpoint.reachable();
        this.port = endpoint.port();
        this.tls = tls;
        this.prefix = prefix;
        this.suffix = suffix;
        this.connections = connections;
        this.bitmap = bitmap;
    }

    /**
     * The target of an access.
     *
     * @throws DoppelException {@link NbdError#BAD_ACCESS}, or what the store throws
     */
    public static NbdTarget of(DiskAccess access, SecretStore secrets) throws DoppelException {
        Endpoint endpoint =
                access.endpoint().orElseThrow(() -> new DoppelException(NbdError.BAD_ACCESS, "It has no endpoint"));
        if (endpoint.peerDials()) {
            throw new DoppelException(NbdError.BAD_ACCESS, "The server is to connect to us, which NBD does not know");
        }
        String prefix = access.parameters().getOrDefault("export-prefix", "");
        SecretRef ref = access.secrets().get("export-suffix");
        String suffix = ref == null ? "" : text(secrets.get(ref));
        if ((prefix + suffix).getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw new DoppelException(NbdError.BAD_ACCESS, "The export's name is longer than NBD allows");
        }
        return new NbdTarget(
                endpoint,
                tls(access),
                prefix,
                suffix,
                connections(access),
                Optional.ofNullable(access.parameters().get("bitmap")));
    }

    private static String text(char[] secret) {
        String text = new String(secret);
        Arrays.fill(secret, '\0');
        return text;
    }

    private static Optional<PinnedTls> tls(DiskAccess access) throws DoppelException {
        String tls = access.parameters().getOrDefault("tls", "");
        if (tls.equals("never")) {
            return Optional.empty();
        }
        if (!tls.equals("required")) {
            throw new DoppelException(NbdError.BAD_ACCESS, "'tls' is '" + tls + "', neither required nor never");
        }
        String pin = access.parameters().getOrDefault("pin", "");
        try {
            return Optional.of(new PinnedTls(Set.of(Fingerprint.parse(pin))));
        } catch (IllegalArgumentException e) {
            throw new DoppelException(
                    NbdError.BAD_ACCESS, "'tls' is required, and 'pin' is no fingerprint: '" + pin + "'", e);
        }
    }

    private static OptionalInt connections(DiskAccess access) throws DoppelException {
        String text = access.parameters().get("connections");
        if (text == null) {
            return OptionalInt.empty();
        }
        if (!text.matches("[1-9][0-9]?") || Integer.parseInt(text) > MOST_CONNECTIONS) {
            throw new DoppelException(
                    NbdError.BAD_ACCESS, "'connections' is '" + text + "', not 1 to " + MOST_CONNECTIONS);
        }
        return OptionalInt.of(Integer.parseInt(text));
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    /** TLS, if it is required. */
    Optional<PinnedTls> tls() {
        return tls;
    }

    /** The export's name as it goes over the wire; secret. */
    byte[] export() {
        return (prefix + suffix).getBytes(StandardCharsets.UTF_8);
    }

    ServerText serverText() {
        return new ServerText(suffix);
    }

    OptionalInt connections() {
        return connections;
    }

    /** A meta context that tells what changed. */
    Optional<String> bitmap() {
        return bitmap;
    }

    /** Address and port. */
    String peer() {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }

    @Override
    public String toString() {
        return "the export '" + prefix + (suffix.isEmpty() ? "" : "…") + "' of " + peer();
    }
}
