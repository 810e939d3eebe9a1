package io.doppel.core.internal;

import io.doppel.api.job.JobDefinition;
import io.doppel.api.job.JobRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A server that backs up slowly, tells the number of its run, and waits to be killed. */
final class CrashChild {
    private CrashChild() {}

    public static void main(String[] args) throws Exception {
        Server server = new Server(Path.of(args[0]));
        JobRun run = server.core
                .jobs()
                .submit(new JobDefinition("", "backup", List.of("h/*"), Map.of("vault", "v", "rate", "16M")));
        System.out.println("run " + run.id());
        server.core.jobs().await(run.id());
        System.out.println("ended");
    }
}
