package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import java.util.Arrays;
import java.util.Optional;

/** Gets the passphrase of a vault. */
public final class Passphrase {
    private final Screen screen;
    private final boolean isNew;

    /** For a new vault it is asked for twice. */
    public Passphrase(Screen screen, boolean isNew) {
        this.screen = screen;
        this.isNew = isNew;
    }

    /**
     * The passphrase, which the caller clears; empty for none. Where nobody can type unseen, not to give one means none.
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
        return none || !screen.canAskSecrets() ? new char[0] : ask();
    }

    private char[] ask() throws DoppelException {
        char[] first =
                screen.secret(isNew ? "Passphrase of the new vault (empty for none)" : "Passphrase or recovery key");
        if (!isNew || first.length == 0) {
            return first;
        }
        char[] second = screen.secret("The same once more");
        boolean same = Arrays.equals(first, second);
        Arrays.fill(second, '\0');
        if (!same) {
            Arrays.fill(first, '\0');
            throw new DoppelException(ShellError.NOT_THE_SAME, "The two passphrases differ");
        }
        return first;
    }
}
