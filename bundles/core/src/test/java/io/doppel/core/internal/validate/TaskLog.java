package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import io.doppel.spi.job.TaskScope;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Collects the lines of a task and their levels, and tells when there is one. */
final class TaskLog implements TaskScope {
    final List<String> lines = new CopyOnWriteArrayList<>();
    final CountDownLatch first = new CountDownLatch(1);

    @Override
    public void log(LogLine.Level level, String text) {
        lines.add(level + " " + text);
        first.countDown();
    }

    @Override
    public TaskScope child(String name) {
        return this;
    }

    @Override
    public void progress(Progress now) {}

    @Override
    public void result(String key, String value) {}

    @Override
    public void succeed(String sentence) {}

    @Override
    public void fail(DoppelException failure) {}
}
