package io.doppel.core;

import io.doppel.api.error.ErrorCode;

/** The failures of making a lost server again. */
public enum RecoveryError implements ErrorCode {
    /** There is something already. */
    NOT_EMPTY(
            "DPL-RCV-0001",
            false,
            "This installation has hosts, vaults or jobs of its own already; nothing was recovered.",
            "Recover on a fresh installation. With --replace-existing what is here is put aside and the copy takes its place."),
    /** No copy at all. */
    NO_COPY(
            "DPL-RCV-0002",
            false,
            "The vault has no recovery copy that can be used.",
            "Try another vault of the lost server. Without any copy, add the vault with doppel:vault-add --take-over: its versions are all there, hosts and jobs have to be added again."),
    /** A copy that is not right. */
    BAD_COPY(
            "DPL-RCV-0003",
            false,
            "The recovery copy is not whole; nothing of it was used.",
            "Leave out --copy, or give an older one; doppel:recover --list shows them."),
    /** A copy of a later version. */
    NEWER_COPY(
            "DPL-RCV-0004",
            false,
            "The recovery copy was made by a newer version of Doppel; nothing of it was used.",
            "Install at least the version that made it, and recover there."),
    /** The services do not start. */
    NOT_STARTED(
            "DPL-RCV-0005",
            false,
            "The server was recovered, but does not start with what was brought back.",
            "Restart the server; if it does not start either, see its log."),
    /** One goes on already. */
    BUSY("DPL-RCV-0006", true, "A recovery goes on already.", "Wait for its end, or cancel it.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    RecoveryError(String id, boolean retryable, String meaning, String advice) {
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
