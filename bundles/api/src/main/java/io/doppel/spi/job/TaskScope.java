package io.doppel.spi.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.api.job.Progress;
import org.osgi.annotation.versioning.ProviderType;

/** Reports on one task. Safe for several threads; cheap enough to call for each megabyte. */
@ProviderType
public interface TaskScope {
    /** Adds a part, running from now on. */
    TaskScope child(String name);

    /** Says how far this task itself is, without its parts. */
    void progress(Progress progress);

    /** Adds a line to the run's log. A WARNING makes the task end with a warning. No secrets. */
    void log(LogLine.Level level, String text);

    /** Adds a named result. */
    void result(String name, String value);

    /** Ends this task well, with one sentence for people. The core ends the task given to the handler by itself. */
    void succeed(String outcome);

    /** Ends this task as failed or, if it was that, cancelled. */
    void fail(DoppelException failure);
}
