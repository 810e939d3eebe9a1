package io.doppel.api.job;

import io.doppel.api.error.DoppelException;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** Jobs: the one way to have something done. Safe for several threads; everything told here survives a restart. */
@ProviderType
public interface JobService {
    /** The kinds whose handlers are there now. */
    List<JobKind> kinds();

    /** Keeps a definition under its name, replacing an earlier one of that name. */
    void define(JobDefinition definition) throws DoppelException;

    /** The kept definitions, by name. */
    List<JobDefinition> definitions();

    /** Forgets a definition; its runs stay. */
    void undefine(String name) throws DoppelException;

    /**
     * Checks a definition, queues a run of it and returns at once.
     *
     * @throws DoppelException if kind, machines or options are wrong; nothing is queued then
     */
    JobRun submit(JobDefinition definition) throws DoppelException;

    /**
     * Which machines and disks a run of a definition would take now, and what it would leave out and why; first those taken.
     * Changes nothing.
     *
     * @throws DoppelException as {@link #submit}
     */
    List<MachinePlan> preview(JobDefinition definition) throws DoppelException;

    /** A run by its number. */
    JobRun run(long id) throws DoppelException;

    /** The newest runs, newest first. */
    List<JobRun> runs(int most);

    /** The tasks of a run in the order in which they were made. */
    List<JobTask> tasks(long runId) throws DoppelException;

    /** The log of a run in order. */
    List<LogLine> log(long runId) throws DoppelException;

    /**
     * Asks a run to stop. It ends as {@link JobState#CANCELLED} within a second and leaves nothing half; a run that has
     * ended stays as it is.
     */
    void cancel(long runId) throws DoppelException;

    /** Runs only the failed, cancelled and interrupted parts of an ended run again, as a new run. */
    JobRun retryFailed(long runId) throws DoppelException;

    /** Waits until the run has ended, or the thread is interrupted. */
    JobRun await(long runId) throws DoppelException, InterruptedException;

    /**
     * Calls the listener for every event from now on, on a thread that it must not hold up.
     *
     * @return closing it ends the calls
     */
    Subscription subscribe(Consumer<JobEvent> listener);

    /** A subscription. */
    @ProviderType
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
