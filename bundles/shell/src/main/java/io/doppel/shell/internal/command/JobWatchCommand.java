package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.shell.internal.RunCommand;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Watches a run. */
@Service
@Command(
        scope = "doppel",
        name = "job-watch",
        description = "Show the progress of a run until it ends; Ctrl-C ends the watching alone")
public final class JobWatchCommand extends RunCommand {
    @Override
    protected void run(long id) throws DoppelException {
        follow(id, false);
    }
}
