package io.doppel.shell.internal.complete;

import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobService;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Kept job definitions. */
@Service
public final class JobNames extends WordCompleter {
    @Reference
    JobService jobs;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return jobs.definitions().stream().map(JobDefinition::name).toList();
    }
}
