package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.job.JobContext;
import io.doppel.spi.job.JobHandler;

/** A kind whose work is given by the test. */
final class FakeKind implements JobHandler {
    private final String kind;
    private final boolean perMachine;
    private final Work work;

    /** The work. */
    interface Work {
        void run(JobContext context) throws Exception;
    }

    FakeKind(String kind, boolean perMachine, Work work) {
        this.kind = kind;
        this.perMachine = perMachine;
        this.work = work;
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public String title() {
        return kind;
    }

    @Override
    public SettingsSpec options() {
        return SettingsSpec.of(
                SettingField.optional("concurrency", SettingType.INTEGER, "Machines at once.")
                        .withLimits(1, 16)
                        .withDefault("1"),
                SettingField.optional("vault", SettingType.TEXT, "A vault."));
    }

    @Override
    public boolean perMachine() {
        return perMachine;
    }

    @Override
    public void run(JobContext context) throws DoppelException {
        try {
            work.run(context);
        } catch (DoppelException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Works for a while, asking whether to stop as a good handler does. */
    static void workFor(JobContext context, long millis) throws Exception {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
            context.cancel().check();
            Thread.sleep(2);
        }
        context.cancel().check();
    }
}
