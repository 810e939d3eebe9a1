package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.Settings;
import io.doppel.shell.internal.complete.KindOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;

/** A command that starts a job of some kind, whose options that it does not know by name are given with {@code --set}. */
public abstract class KindCommand extends JobCommand {
    @Option(name = "--set", description = SET, multiValued = true)
    @Completion(KindOptions.class)
    List<String> set;

    /** Adds options of the host's type, given as {@code key=value}. */
    protected static void putHostOptions(Map<String, String> options, List<String> given) throws DoppelException {
        Form.pairs(given);
        if (!given.isEmpty()) {
            options.put("host-options", Settings.joined(given));
        }
    }

    /** What was given with {@code --set}; the caller may add to it. */
    protected final Map<String, String> options() throws DoppelException {
        return new LinkedHashMap<>(Form.pairs(values(set)));
    }
}
