package io.doppel.mover;

import io.doppel.api.error.DoppelException;
import java.util.Optional;

/** One disk to move, in segments that several threads work on. */
interface DiskWork {
    /** The next segment, or empty when none is left. Called by one thread at a time. */
    Optional<Segment> next() throws DoppelException;

    /** Works on a segment. Called from several threads with different segments. */
    void process(Segment segment, Workspace workspace) throws DoppelException;

    /** How many segments at once make this work fast. */
    int parallelism();

    /** Ends what waits in {@link #process} or {@link #finish}, soon: the work is not wanted any more. Called from any thread. */
    void interrupt();

    /** Called once, by one thread, after all segments were worked on. */
    void finish() throws DoppelException;
}
