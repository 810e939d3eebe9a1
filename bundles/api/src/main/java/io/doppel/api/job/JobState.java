package io.doppel.api.job;

/** State of a run or a task. */
public enum JobState {
    /** Waits for its turn. */
    QUEUED,
    /** Under way. */
    RUNNING,
    /** Done, as asked. */
    SUCCEEDED,
    /** Done, with something a person should know. */
    WARNING,
    /** Not done. */
    FAILED,
    /** Stopped by a person. */
    CANCELLED,
    /** The server ended in the middle of it. */
    INTERRUPTED;

    /** Whether nothing more will happen. */
    public boolean isFinal() {
        return this != QUEUED && this != RUNNING;
    }
}
