package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;

/** A kind for which no limits count. */
final class UnlimitedKind implements CoreHandler {
    private final FakeKind like;

    UnlimitedKind(String kind, FakeKind.Work work) {
        this.like = new FakeKind(kind, false, work);
    }

    @Override
    public String kind() {
        return like.kind();
    }

    @Override
    public String title() {
        return like.title();
    }

    @Override
    public SettingsSpec options() {
        return like.options();
    }

    @Override
    public boolean perMachine() {
        return false;
    }

    @Override
    public Place place() {
        return Place.BESIDE;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        like.run(context);
    }
}
