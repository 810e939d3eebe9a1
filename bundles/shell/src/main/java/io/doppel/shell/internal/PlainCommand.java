package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;

/** A command that takes options alone. */
public abstract class PlainCommand extends DoppelCommand {
    @Argument(name = "", description = "", multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> arguments;

    @Override
    protected final List<String> words() {
        return arguments;
    }

    @Override
    protected final void run(List<String> words) throws DoppelException {
        if (!words.isEmpty()) {
            throw usage("'" + words.get(0) + "' is one word too many");
        }
        run();
    }

    /** Does the work. */
    protected abstract void run() throws DoppelException;
}
