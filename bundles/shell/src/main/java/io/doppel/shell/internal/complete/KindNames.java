package io.doppel.shell.internal.complete;

import io.doppel.api.job.JobKind;
import io.doppel.api.job.JobService;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Job kinds. */
@Service
public final class KindNames extends WordCompleter {
    @Reference
    JobService jobs;

    @Override
    Collection<String> words(List<String> line, String typed) {
        return jobs.kinds().stream().map(JobKind::name).toList();
    }
}
