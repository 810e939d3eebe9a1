package io.doppel.transport.xapi.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.tls.Fingerprint;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.xapi.AddressMap;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiProxy;
import io.doppel.xapi.XapiRoute;
import io.doppel.xapi.XapiSession;
import io.doppel.xapi.stream.StreamError;
import io.doppel.xapi.stream.XapiStreams;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an access of a pool's disk says, checked. Parameters: {@code address}, {@code port}, {@code scheme}, {@code pins},
 * {@code size}, {@code vdi} or {@code vm} and {@code disk}; optional {@code proxy}, {@code address-map}, {@code fresh} (a
 * disk that was just made and reads as zeros), {@code used} (most bytes of data in the stream), {@code compression} (of an
 * XVA), {@code installation}. Secrets: {@code session}; optional {@code proxy-password}.
 */
record Access(DiskAccess access, SecretStore secrets) {
    static final String VDI = "xapi-vdi";
    static final String XVA = "xapi-xva";

    /** A call to the pool that takes longer has failed; streams have limits of their own. */
    private static final Duration SILENCE = Duration.ofMinutes(2);

    String text(String name) throws DoppelException {
        return optional(name).orElseThrow(() -> bad("it says no '" + name + "'", null));
    }

    Optional<String> optional(String name) {
        return Optional.ofNullable(access.parameters().get(name)).filter(v -> !v.isBlank());
    }

    long size() throws DoppelException {
        return number("size").orElseThrow(() -> bad("it says no 'size'", null));
    }

    /** Most bytes of data that the stream can bring, if the pool knows. */
    Optional<Long> used() throws DoppelException {
        return number("used");
    }

    boolean fresh() {
        return optional("fresh").map(Boolean::parseBoolean).orElse(false);
    }

    XapiStreams.Compression compression() throws DoppelException {
        String word = optional("compression").orElse("none");
        try {
            return XapiStreams.Compression.valueOf(word.toUpperCase(java.util.Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw bad("'" + word + "' is no compression", e);
        }
    }

    private Optional<Long> number(String name) throws DoppelException {
        Optional<String> text = optional(name);
        try {
            return text.map(Long::parseUnsignedLong);
        } catch (NumberFormatException e) {
            throw bad("its '" + name + "' is no number", e);
        }
    }

    /** The session that the hypervisor's plug-in opened, over connections of its own. The caller closes it. */
    XapiSession session() throws DoppelException {
        XapiAddress master;
        try {
            master = new XapiAddress(text("address"), Integer.parseInt(text("port")));
        } catch (IllegalArgumentException e) {
            throw bad("its address is none", e);
        }
        char[] ref = secrets.get(secret("session").orElseThrow(() -> bad("it carries no session", null)));
        try {
            return XapiSession.joined(route(master.port()), master, new String(ref));
        } finally {
            Arrays.fill(ref, '\0');
        }
    }

    private XapiRoute route(int port) throws DoppelException {
        Set<Fingerprint> pins = new HashSet<>();
        try {
            for (String pin : optional("pins").map(p -> p.split(",")).orElse(new String[0])) {
                pins.add(Fingerprint.parse(pin));
            }
        } catch (IllegalArgumentException e) {
            throw bad("its pins are none", e);
        }
        Optional<SecretRef> password = secret("proxy-password");
        Optional<String> proxy = optional("proxy");
        return new XapiRoute(
                tls(),
                port,
                pins,
                AddressMap.parse(optional("address-map").orElse("")),
                proxy.isEmpty()
                        ? Optional.empty()
                        : Optional.of(XapiProxy.parse(proxy.get(), password.map(p -> () -> secrets.get(p)))),
                SILENCE);
    }

    private boolean tls() throws DoppelException {
        return switch (text("scheme")) {
            case "https" -> true;
            case "http" -> false;
            default -> throw bad("its scheme is neither https nor http", null);
        };
    }

    private Optional<SecretRef> secret(String name) {
        return Optional.ofNullable(access.secrets().get(name));
    }

    /** How the streams' tasks are recognised as ours. */
    Map<String, String> mark() {
        Map<String, String> mark = new LinkedHashMap<>();
        mark.put("doppel:kind", "task");
        optional("installation").ifPresent(i -> mark.put("doppel:installation", i));
        return mark;
    }

    /** Names the pool, the session and the stream. */
    String key(String stream) throws DoppelException {
        return String.join(
                "|",
                access.kind(),
                text("address"),
                text("port"),
                secret("session").map(SecretRef::id).orElse(""),
                stream);
    }

    static DoppelException bad(String what, Exception cause) {
        return new DoppelException(
                StreamError.BAD_ACCESS, "The access to a disk of the pool cannot be used: " + what, cause);
    }
}
