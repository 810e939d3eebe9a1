package io.doppel.xapi;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.Objects;

/**
 * A host and a TCP port.
 *
 * @param host name or address, IPv6 without brackets
 * @param port 1 to 65535
 */
public record XapiAddress(String host, int port) {
    /** Checks the parts. */
    public XapiAddress {
        Objects.requireNonNull(host);
        if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || "/@,=[]".indexOf(c) >= 0)) {
            throw new IllegalArgumentException("'" + host + "' is no host");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port);
        }
    }

    /**
     * Reads {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}; an address with several colons and no
     * brackets is an IPv6 address without a port.
     *
     * @param defaultPort port when the text names none
     * @throws DoppelException {@link CommonError#BAD_SETTING} if it is something else
     */
    public static XapiAddress parse(String text, int defaultPort) throws DoppelException {
        String t = text.strip();
        int colon = t.lastIndexOf(':');
        boolean bracketed = t.startsWith("[");
        boolean hasPort = bracketed ? colon > t.indexOf(']') : colon >= 0 && colon == t.indexOf(':');
        try {
            String host = hasPort ? t.substring(0, colon) : t;
            if (bracketed && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            return new XapiAddress(host, hasPort ? Integer.parseInt(t.substring(colon + 1)) : defaultPort);
        } catch (IllegalArgumentException e) {
            throw new DoppelException(
                    CommonError.BAD_SETTING, "'" + text + "' is no host with a port such as 10.0.0.1:443", e);
        }
    }

    /** {@code host:port}, with brackets around IPv6. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
