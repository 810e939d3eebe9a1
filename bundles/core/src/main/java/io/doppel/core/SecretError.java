package io.doppel.core;

import io.doppel.api.error.ErrorCode;

/** The failures of the secret store, and of secrets that are entered. */
public enum SecretError implements ErrorCode {
    /** No key. */
    KEY_MISSING(
            "DPL-SEC-0001",
            false,
            "The key file of the secret store is missing, but there are secrets.",
            "Put the key file back from a copy of the server's state; without it, move the store away and enter the secrets anew."),
    /** A key that cannot be one. */
    KEY_DAMAGED(
            "DPL-SEC-0002",
            false,
            "The key file of the secret store is damaged.",
            "Put the key file back from a copy of the server's state; nothing was changed."),
    /** A key of another store. */
    WRONG_KEY(
            "DPL-SEC-0003",
            false,
            "The key file does not belong to the secret store.",
            "Put the right key file back; nothing was changed."),
    /** A damaged store. */
    STORE_DAMAGED(
            "DPL-SEC-0004",
            false,
            "The secret store is damaged.",
            "Put it back from a copy of the server's state; nothing was changed."),
    /** Others may read the key. */
    KEY_EXPOSED(
            "DPL-SEC-0005",
            false,
            "Other users can read the key file of the secret store.",
            "Find out who may have read it, then set its mode to 600."),
    /** An unknown secret. */
    NO_SECRET("DPL-SEC-0006", false, "There is no such secret.", "Enter the secret again where it is used."),
    /** Reading or writing failed. */
    IO(
            "DPL-SEC-0007",
            true,
            "The secret store cannot be read or written.",
            "Check the permissions and free space of the server's state folder."),
    /** A passphrase that is soon guessed. */
    SHORT_PASSPHRASE(
            "DPL-SEC-0008",
            false,
            "A new passphrase of a vault is too short.",
            "Choose one of at least 8 characters, better some words that nobody else would put together; nothing was changed.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    SecretError(String id, boolean retryable, String meaning, String advice) {
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
