package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import java.util.List;

/** A kind that adds data to the vault of its option. */
final class FillingKind implements CoreHandler {
    private final FakeKind fake;

    FillingKind(FakeKind.Work work) {
        this.fake = new FakeKind("filling", true, work);
    }

    @Override
    public String kind() {
        return fake.kind();
    }

    @Override
    public String title() {
        return fake.title();
    }

    @Override
    public SettingsSpec options() {
        return fake.options();
    }

    @Override
    public boolean perMachine() {
        return true;
    }

    @Override
    public List<String> fills(Settings options) {
        return options.find("vault").stream().toList();
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        fake.run(context);
    }
}
