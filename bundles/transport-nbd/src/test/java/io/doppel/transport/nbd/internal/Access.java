package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretRef;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.disk.Endpoint;
import io.doppel.spi.disk.Place;
import io.doppel.tck.MemorySecrets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Accesses of tests, and what they open. */
public final class Access {
    /** Long enough for a loaded machine, short enough to be seen. */
    static final Timing TIMING = new Timing(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));

    final MemorySecrets secrets = new MemorySecrets();
    private final int port;
    private final Map<String, String> parameters = new HashMap<>(Map.of("tls", "never"));
    private final Map<String, SecretRef> references = new HashMap<>();
    private boolean writable;

    private Access(int port) {
        this.port = port;
    }

    public static Access to(NbdServer server) {
        return new Access(server.port());
    }

    static Access to(int port) {
        return new Access(port);
    }

    public Access with(String parameter, String value) {
        parameters.put(parameter, value);
        return this;
    }

    Access without(String parameter) {
        parameters.remove(parameter);
        return this;
    }

    public Access pinned(Certificates certificates) throws Exception {
        return with("tls", "required").with("pin", certificates.fingerprint().text());
    }

    Access suffix(String secret) {
        references.put("export-suffix", secrets.putTemporary("test", secret.toCharArray()));
        return this;
    }

    public Access writable() {
        writable = true;
        return this;
    }

    public DiskAccess make() {
        return new DiskAccess(
                "nbd",
                Place.ANYWHERE,
                writable,
                10,
                Optional.of(new Endpoint("127.0.0.1", Optional.empty(), port, false)),
                parameters,
                references);
    }

    NbdTarget target() throws DoppelException {
        return NbdTarget.of(make(), secrets);
    }

    NbdDiskReader reader() throws DoppelException {
        return NbdDiskReader.open(target(), TIMING, CancelToken.NEVER);
    }

    NbdDiskReader reader(Timing timing) throws DoppelException {
        return NbdDiskReader.open(target(), timing, CancelToken.NEVER);
    }

    NbdDiskWriter writer() throws DoppelException {
        return NbdDiskWriter.open(target(), TIMING, CancelToken.NEVER);
    }
}
