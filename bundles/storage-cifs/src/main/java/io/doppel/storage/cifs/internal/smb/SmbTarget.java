package io.doppel.storage.cifs.internal.smb;

import java.util.Objects;

/**
 * What to connect to, and how.
 *
 * @param server name or address
 * @param port TCP port
 * @param share name of the share
 * @param user who logs in
 * @param domain of the user; empty for an account of the server itself
 * @param oldest the oldest dialect that is allowed
 * @param sign whether everything must be signed; without it only what the protocol or the server wants
 * @param encrypt whether everything must be encrypted; without it only what the server wants
 */
public record SmbTarget(
        String server,
        int port,
        String share,
        String user,
        String domain,
        Dialect oldest,
        boolean sign,
        boolean encrypt) {
    /** Checks the parts. */
    public SmbTarget {
        Objects.requireNonNull(server);
        Objects.requireNonNull(share);
        Objects.requireNonNull(user);
        Objects.requireNonNull(domain);
        Objects.requireNonNull(oldest);
    }
}
