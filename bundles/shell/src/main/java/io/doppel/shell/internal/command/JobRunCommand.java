package io.doppel.shell.internal.command;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.JobDefinition;
import io.doppel.shell.internal.KindCommand;
import io.doppel.shell.internal.complete.JobNames;
import io.doppel.shell.internal.complete.KindNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Runs a job. */
@Service
@Command(scope = "doppel", name = "job-run", description = "Run a job that is kept, or any kind once")
public final class JobRunCommand extends KindCommand {
    @Argument(
            name = "NAME|MACHINE...",
            description = "Name of a kept job; with --kind, machines as for backup",
            multiValued = true)
    @Completion(JobNames.class)
    List<String> arguments;

    @Option(name = "--kind", description = "Run this kind once, with the machines named")
    @Completion(KindNames.class)
    String kind;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        attend(jobs.submit(kind == null ? kept(one(words, "NAME")) : new JobDefinition("", kind, words, options())));
    }

    private JobDefinition kept(String name) throws DoppelException {
        JobDefinition job = jobs.definitions().stream()
                .filter(j -> j.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new DoppelException(CommonError.NOT_FOUND, "No job is kept under the name '" + name + "'"));
        Map<String, String> options = new LinkedHashMap<>(job.options());
        options.putAll(options());
        return new JobDefinition(job.name(), job.kind(), job.machines(), options);
    }
}
