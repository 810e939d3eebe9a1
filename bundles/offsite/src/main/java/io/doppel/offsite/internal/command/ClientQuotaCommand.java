package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Changes a quota. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-client-quota",
        description = "NAME BYTES: change the quota of a client's store")
public final class ClientQuotaCommand extends OffsiteCommand {
    @Override
    protected void run(List<String> words) throws DoppelException {
        exactly(words, "NAME", "BYTES");
        long bytes = ClientAddCommand.quota(words.get(1));
        module().setQuota(words.get(0), bytes);
        tell(
                Map.of("client", words.get(0), "quota", bytes),
                "Client '" + words.get(0) + "' may now use " + bytes(bytes) + ".");
    }
}
