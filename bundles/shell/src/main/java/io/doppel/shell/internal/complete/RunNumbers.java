package io.doppel.shell.internal.complete;

import io.doppel.api.job.JobService;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** The newest runs. */
@Service
public final class RunNumbers extends WordCompleter {
    @Reference
    JobService jobs;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return jobs.runs(50).stream().map(run -> Long.toString(run.id())).toList();
    }
}
