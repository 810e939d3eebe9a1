package io.doppel.cifs.it;

import io.doppel.api.job.JobRun;
import io.doppel.storage.cifs.internal.CifsStorageType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A server in a process of its own that runs one vault job with one stream, and is killed: its folder, and the two vaults. */
final class OffsiteProcess {
    private OffsiteProcess() {}

    public static void main(String[] arguments) throws Exception {
        try (DoppelServer server = new DoppelServer(Path.of(arguments[0]), new CifsStorageType())) {
            JobRun run = server.run(
                    "vault", List.of("*"), Map.of("vault", arguments[1], "offsite", arguments[2], "streams", "1"));
            System.out.println(server.told(run));
        }
    }
}
