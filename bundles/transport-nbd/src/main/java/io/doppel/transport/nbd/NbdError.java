package io.doppel.transport.nbd;

import io.doppel.api.error.ErrorCode;

/** What can go wrong with a disk over NBD. */
public enum NbdError implements ErrorCode {
    /** Parameters of an access are missing or wrong. */
    BAD_ACCESS(
            "DPL-NBD-0001",
            false,
            "A disk access of kind nbd lacks a parameter or has a wrong one.",
            "Report it: the plug-in that offered the disk made a mistake."),
    /** No connection. */
    UNREACHABLE(
            "DPL-NBD-0002",
            true,
            "An NBD server cannot be connected to.",
            "Check the address, the port (10809 for XenServer), the firewall, and that the server runs; then try again."),
    /** TLS is required, and the server has none. */
    NO_TLS(
            "DPL-NBD-0003",
            false,
            "TLS is required, and the NBD server does not offer it; nothing was read without it.",
            "Set up TLS on the server. On XenServer, give a network the purpose nbd instead of insecure_nbd."),
    /** The server wants TLS. */
    TLS_DEMANDED(
            "DPL-NBD-0004",
            false,
            "The NBD server demands TLS, and the disk was offered without it.",
            "Offer the disk with TLS and the fingerprint of the server's certificate."),
    /** No such export. */
    UNKNOWN_EXPORT(
            "DPL-NBD-0005",
            false,
            "The NBD server does not have the export, or does not give it to us.",
            "Check that the disk still exists and that the session or account may read it."),
    /** The server refused to negotiate. */
    REFUSED(
            "DPL-NBD-0006",
            false,
            "The NBD server refused what the disk cannot be opened without.",
            "Look into the server's log for the reason."),
    /** The server is being stopped. */
    SHUTDOWN("DPL-NBD-0007", true, "The NBD server is being stopped.", "Wait until it runs again, then try again."),
    /** The server does not keep to the protocol. */
    PROTOCOL(
            "DPL-NBD-0008",
            false,
            "What the peer sent is not NBD, or breaks its rules; the connection was closed.",
            "Check that the address and port are those of an NBD server, and that no proxy stands between."),
    /** No reply in time. */
    TIMEOUT(
            "DPL-NBD-0009",
            true,
            "The NBD server did not answer in time.",
            "Check the server's load and its storage, and the network; then try again."),
    /** The connection broke. */
    LOST(
            "DPL-NBD-0010",
            true,
            "The connection to an NBD server broke and could not be replaced.",
            "Check the server's log and the network, then try again."),
    /** The server's device failed. */
    IO(
            "DPL-NBD-0011",
            true,
            "The NBD server could not read or write its disk.",
            "Check the storage of the server and its log, then try again."),
    /** Not permitted. */
    DENIED(
            "DPL-NBD-0012",
            false,
            "The NBD server does not permit the operation.",
            "Check the rights of the account and whether the export is read-only."),
    /** The server rejects a request as wrong. */
    REJECTED(
            "DPL-NBD-0013",
            false,
            "The NBD server rejects a request as wrong, too large or not supported.",
            "Report it with the server's kind and version."),
    /** The target is full. */
    FULL(
            "DPL-NBD-0014",
            true,
            "There is no space left behind an NBD export.",
            "Make space on the server's storage, then try again."),
    /** The server lacks memory. */
    NO_MEMORY(
            "DPL-NBD-0015",
            true,
            "The NBD server has too little memory for a request.",
            "Give the server more memory or fewer jobs at once, then try again."),
    /** Another disk than before. */
    CHANGED("DPL-NBD-0016", true, "An export is not the same any more as when it was opened.", "Run the job again."),
    /** Used after closing. */
    CLOSED(
            "DPL-NBD-0017",
            true,
            "A disk over NBD was closed while it was still in use.",
            "Run the job again; if it happens again, report it."),
    /** Not writable. */
    READ_ONLY(
            "DPL-NBD-0018",
            false,
            "An export that shall be written is read-only.",
            "Export the disk for writing, or choose another target."),
    /** No such bitmap. */
    NO_BITMAP(
            "DPL-NBD-0019",
            false,
            "The export does not have the bitmap that was asked for.",
            "Check the bitmap's name; with qemu-nbd it is exported with --bitmap."),
    /** A protocol from before 2009. */
    OLD_SERVER(
            "DPL-NBD-0020",
            false,
            "The NBD server speaks the old style of the protocol, without names of exports.",
            "Use a newer server, or start it without its option for the old style.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    NbdError(String id, boolean retryable, String meaning, String advice) {
        this.id = id;
        this.retryable = retryable;
        this.meaning = meaning;
        this.advice = advice;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean retryable() {
        return retryable;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String advice() {
        return advice;
    }
}
