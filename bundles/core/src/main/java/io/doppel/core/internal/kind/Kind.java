package io.doppel.core.internal.kind;

import io.doppel.api.settings.SettingsSpec;
import io.doppel.core.internal.job.CoreHandler;
import java.util.function.Supplier;

/** What tells the core's kinds of jobs apart for people; what they do is their own. */
abstract class Kind implements CoreHandler {
    private final String kind;
    private final String title;
    private final Supplier<SettingsSpec> options;
    private final boolean perMachine;

    Kind(String kind, String title, SettingsSpec options, boolean perMachine) {
        this(kind, title, () -> options, perMachine);
    }

    /** A kind whose options depend on the plug-ins that are there. */
    Kind(String kind, String title, Supplier<SettingsSpec> options, boolean perMachine) {
        this.kind = kind;
        this.title = title;
        this.options = options;
        this.perMachine = perMachine;
    }

    @Override
    public final String kind() {
        return kind;
    }

    @Override
    public final String title() {
        return title;
    }

    @Override
    public final SettingsSpec options() {
        return options.get();
    }

    @Override
    public final boolean perMachine() {
        return perMachine;
    }
}
