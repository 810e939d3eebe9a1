package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.complete.MachineNames;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;

/** A command that starts a job with the machines that are its arguments. */
public abstract class MachinesKindCommand extends KindCommand {
    @Argument(name = "MACHINE...", description = MACHINES, multiValued = true)
    @Completion(MachineNames.class)
    List<String> arguments;

    @Option(name = "--concurrency", description = "Machines at once")
    @Completion(OptionsOnly.class)
    String concurrency;

    /**
     * Does the work.
     *
     * @param machines patterns, at least one
     * @param options what was given with {@code --set} and {@code --concurrency}; may be added to
     */
    protected abstract void run(List<String> machines, Map<String, String> options) throws DoppelException;

    @Override
    protected final List<String> words() {
        return arguments;
    }

    @Override
    protected final void run(List<String> words) throws DoppelException {
        if (words.isEmpty()) {
            throw usage("The argument MACHINE is missing; doppel:machine-list shows what there is");
        }
        Map<String, String> options = options();
        put(options, "concurrency", concurrency);
        run(words, options);
    }
}
