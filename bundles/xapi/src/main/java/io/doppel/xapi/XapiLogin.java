package io.doppel.xapi;

import io.doppel.api.error.DoppelException;
import java.util.Objects;

/**
 * Who logs in.
 *
 * @param user the pool's user
 * @param password where the password comes from; asked for at each login
 * @param originator what the pool shows as the origin of the session, for example {@code Doppel}
 */
public record XapiLogin(String user, XapiProxy.Secret password, String originator) {
    /** Checks the parts. */
    public XapiLogin {
        Objects.requireNonNull(user);
        Objects.requireNonNull(password);
        Objects.requireNonNull(originator);
    }

    /** Somebody whom no pool knows: a member that is not the master then says who is, before it looks at the name. */
    static XapiLogin nobody() {
        return new XapiLogin("", () -> new char[0], "Doppel");
    }

    char[] secret() throws DoppelException {
        return password.value();
    }
}
