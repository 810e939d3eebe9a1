package io.doppel.shell.internal.complete;

import io.doppel.api.job.JobKind;
import io.doppel.api.job.JobService;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Options of the job kind that {@code --kind} names, or else of the kind named as the command. */
@Service
public final class KindOptions extends WordCompleter {
    /** Kinds of commands that have another name than their kind. */
    private static final Map<String, String> KINDS = Map.of("vault-copy", "vault");

    @Reference
    JobService jobs;

    @Override
    Collection<String> words(List<String> line, String typed) {
        int option = line.indexOf("--kind");
        String command = line.get(0).substring(line.get(0).indexOf(':') + 1);
        String kind =
                option >= 0 && option + 1 < line.size() ? line.get(option + 1) : KINDS.getOrDefault(command, command);
        return Pairs.of(
                jobs.kinds().stream()
                        .filter(k -> k.name().equals(kind))
                        .map(JobKind::options)
                        .findFirst(),
                typed);
    }
}
