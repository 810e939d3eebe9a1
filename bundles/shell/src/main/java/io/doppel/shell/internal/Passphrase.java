package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import java.util.Arrays;
import java.util.Optional;

/** Gets the passphrase of a vault. */
public final class Passphrase {
    private final Screen screen;
    private final Kind kind;

    /** What it is for. */
    public enum Kind {
        /** One that opens a vault, or the recovery key. */
        EXISTING("Passphrase or recovery key", false),
        /** The first one of a new vault; it is asked for twice, and there may be none. */
        OF_NEW_VAULT("Passphrase of the new vault (empty for none)", true),
        /** A new one of a vault; it is asked for twice. */
        NEW("New passphrase", true);

        private final String prompt;
        private final boolean twice;

        Kind(String prompt, boolean twice) {
            this.prompt = prompt;
            this.twice = twice;
        }
    }

    /** A passphrase of that kind. */
    public Passphrase(Screen screen, Kind kind) {
        this.screen = screen;
        this.kind = kind;
    }

    /**
     * The passphrase, which the caller clears; empty for none. Where nobody can type unseen, not to give one means none, unless
     * one is needed.
     *
     * @param file a file on the server with it
     * @param stdin whether it is a line of standard input
     * @param none whether there is none
     */
    public char[] read(Optional<String> file, boolean stdin, boolean none) throws DoppelException {
        DoppelCommand.onlyOne(
                "--passphrase-file", file.isPresent(), "--passphrase-stdin", stdin, "--no-passphrase", none);
        if (file.isPresent()) {
            return Secrets.file(file.get());
        }
        if (stdin) {
            return screen.canAskSecrets() ? ask() : screen.inputLine();
        }
        boolean needed = kind == Kind.NEW;
        return none || !needed && !screen.canAskSecrets() ? new char[0] : ask();
    }

    private char[] ask() throws DoppelException {
        char[] first = screen.secret(kind.prompt);
        boolean done = false;
        try {
            if (kind.twice && first.length > 0) {
                confirm(first);
            }
            done = true;
            return first;
        } finally {
            if (!done) {
                Arrays.fill(first, '\0');
            }
        }
    }

    private void confirm(char[] first) throws DoppelException {
        char[] second = screen.secret("The same once more");
        boolean same = Arrays.equals(first, second);
        Arrays.fill(second, '\0');
        if (!same) {
            throw new DoppelException(ShellError.NOT_THE_SAME, "The two passphrases differ");
        }
    }
}
