package io.doppel.xapi;

import io.doppel.api.error.DoppelException;
import java.util.Objects;
import java.util.Optional;

/**
 * An HTTP proxy that connections to a pool's web ports go through by CONNECT. NBD does not pass it.
 *
 * @param address where it listens
 * @param user user for its basic authentication, sent only if a password is there too; possibly empty
 * @param password where the password comes from
 */
public record XapiProxy(XapiAddress address, String user, Optional<Secret> password) {
    /** Gives a secret's value in a new array, which the caller clears after use. */
    @FunctionalInterface
    public interface Secret {
        /** The value. */
        char[] value() throws DoppelException;
    }

    /** Checks the parts. */
    public XapiProxy {
        Objects.requireNonNull(address);
        Objects.requireNonNull(user);
        Objects.requireNonNull(password);
    }

    /**
     * Reads {@code host:port} or {@code user@host:port}, the text form that disk accesses carry.
     *
     * @param password password of the user, if any
     */
    public static XapiProxy parse(String text, Optional<Secret> password) throws DoppelException {
        int at = text.lastIndexOf('@');
        return new XapiProxy(
                XapiAddress.parse(text.substring(at + 1), 3128), at < 0 ? "" : text.substring(0, at), password);
    }

    /** The text form, without the password. */
    @Override
    public String toString() {
        return user.isEmpty() ? address.toString() : user + "@" + address;
    }
}
