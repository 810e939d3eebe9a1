package io.doppel.core.internal.vault;

import io.doppel.api.error.DoppelException;
import io.doppel.core.SecretError;

/** What is asked of a passphrase before a vault gets it. Those that vaults have already open them, however short. */
final class NewPassphrase {
    /** Characters. */
    private static final int LEAST = 8;

    private NewPassphrase() {}

    static void check(char[] passphrase) throws DoppelException {
        int length = Character.codePointCount(passphrase, 0, passphrase.length);
        if (length < LEAST) {
            throw new DoppelException(
                    SecretError.SHORT_PASSPHRASE, "The new passphrase has fewer than " + LEAST + " characters");
        }
    }
}
