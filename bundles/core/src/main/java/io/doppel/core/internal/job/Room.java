package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import java.util.List;

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
     * @param open whether vaults that are not open are opened for it, which can take long; otherwise they are not looked at
     * @return what should be known although there is room
     * @throws DoppelException {@link io.doppel.core.SpaceError} if there is not; why a vault cannot be opened
     */
    List<Note> require(List<String> vaults, boolean open) throws DoppelException;
}
