package io.doppel.offsite.internal;

import io.doppel.tck.Forwarder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

/** The contract of storage targets through a forwarded port, over a line with a delay and packets of odd sizes. */
class ForwardedContractTest extends OffsiteContractTest {
    private static final Forwarder.Line LINE = Forwarder.Line.delayed(Duration.ofMillis(1));
    private static final int PACKET = 1_371;

    private final List<Forwarder> forwarders = new ArrayList<>();

    @Override
    protected Map<String, String> reached(Map<String, String> direct) throws Exception {
        Forwarder forwarder = Forwarder.to(Integer.parseInt(direct.get("port")), LINE);
        forwarders.add(forwarder);
        forwarder.fragment(PACKET);
        return Site.with(direct, "port", Integer.toString(forwarder.port()));
    }

    @Override
    protected long bigObjectSize() {
        return 9L << 20;
    }

    @Override
    protected Optional<Process> startCrashWriter() {
        // The module knows of a writer that is killed by the end of its connection; that is tried without a line that
        // forwards it.
        return Optional.empty();
    }

    @AfterEach
    void closeForwarders() throws Exception {
        for (Forwarder forwarder : forwarders) {
            forwarder.close();
        }
    }
}
