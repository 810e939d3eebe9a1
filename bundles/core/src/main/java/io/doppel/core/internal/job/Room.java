package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import java.util.List;
import java.util.Optional;

/** Tells whether there is room for what a job stores. */
public interface Room {
    /**
     * Something that whoever started the job should know.
     *
     * @param place what it is about; a run tells each once
     * @param level how much it matters
     * @param text one sentence
     */
    record Note(String place, LogLine.Level level, String text) {}

    /**
     * Looks whether something may be stored.
     *
     * @param vaults names of the vaults that are written
     * @param context of the work that is about to begin, for which vaults are opened and which gives up what hangs when it is told to stop;
     *     empty if nothing is to be waited for, then vaults that are not open are not looked at
     * @return what should be known although there is room
     * @throws DoppelException {@link io.doppel.core.SpaceError} if there is not; why a vault cannot be opened
     */
    List<Note> require(List<String> vaults, Optional<CoreContext> context) throws DoppelException;
}
