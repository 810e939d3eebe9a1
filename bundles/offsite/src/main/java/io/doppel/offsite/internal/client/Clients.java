package io.doppel.offsite.internal.client;

import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.Fingerprint;
import io.doppel.offsite.OffsiteError;
import io.doppel.offsite.internal.Records;
import io.doppel.offsite.internal.store.RunningTime;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.storage.offsite.wire.Frame;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Who may connect. Every change is durable on return: a new record, then the old one goes. Safe for several threads. */
public final class Clients {
    /** For how much running time an enrolment code may be used first. */
    public static final Duration ENROLMENT = Duration.ofHours(72);

    private static final String FOLDER = "clients";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,59}");

    private final Storage storage;
    private final RunningTime time;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Client> all = new TreeMap<>();
    private final Map<String, Long> generations = new TreeMap<>();

    /** Reads who is there. */
    public Clients(Storage storage, RunningTime time) throws DoppelException {
        this.storage = storage;
        this.time = time;
        List<String> names = new ArrayList<>();
        storage.list(FOLDER, info -> names.add(info.name()));
        for (String name : names) {
            String[] parts = name.split("/");
            long generation = Long.parseLong(parts[2], 16);
            if (generation > generations.getOrDefault(parts[1], -1L)) {
                generations.put(parts[1], generation);
                all.put(parts[1], Client.of(parts[1], Records.read(storage, name)));
            }
        }
        for (String name : names) {
            String[] parts = name.split("/");
            if (Long.parseLong(parts[2], 16) < generations.get(parts[1])) {
                storage.delete(name);
            }
        }
    }

    /** All of them by name. */
    public synchronized List<Client> list() {
        return List.copyOf(all.values());
    }

    /**
     * The client of that name.
     *
     * @throws DoppelException {@link OffsiteError#NO_CLIENT}
     */
    public synchronized Client get(String name) throws DoppelException {
        Client client = all.get(name);
        if (client == null) {
            throw new DoppelException(OffsiteError.NO_CLIENT, "There is no client '" + name + "'");
        }
        return client;
    }

    /**
     * Adds a client.
     *
     * @param store empty for one of its own
     * @return its token, which is kept nowhere
     */
    public synchronized byte[] add(String name, String store, boolean readOnly, long quota) throws DoppelException {
        if (!NAME.matcher(name).matches()) {
            throw new DoppelException(OffsiteError.BAD_CLIENT_NAME, "'" + name + "' cannot be a client's name");
        }
        if (all.containsKey(name)) {
            throw new DoppelException(OffsiteError.CLIENT_EXISTS, "There is a client '" + name + "'");
        }
        if (!store.isEmpty() && !get(store).store().equals(store)) {
            throw new DoppelException(OffsiteError.NO_CLIENT, "'" + store + "' has no store of its own");
        }
        byte[] token = newToken();
        keep(new Client(
                name,
                store.isEmpty() ? name : store,
                readOnly,
                store.isEmpty() ? quota : 0,
                hash(token),
                Optional.empty(),
                time.millis() + ENROLMENT.toMillis(),
                now()));
        return token;
    }

    /** Gives a client a new token, with which its next certificate comes; the old ones are void at once. */
    public synchronized byte[] renew(String name) throws DoppelException {
        byte[] token = newToken();
        keep(get(name).renewed(hash(token), time.millis() + ENROLMENT.toMillis(), now()));
        return token;
    }

    /** Changes the quota of a client's own store. */
    public synchronized void quota(String name, long bytes) throws DoppelException {
        keep(get(name).withQuota(bytes));
    }

    /** Forgets a client. */
    public synchronized void remove(String name) throws DoppelException {
        get(name);
        storage.delete(object(name, generations.get(name)));
        all.remove(name);
        generations.remove(name);
    }

    /** Whether a certificate may begin a connection: it is bound, or somebody may still come first. */
    public synchronized boolean trusts(Fingerprint certificate) {
        long now = time.millis();
        return all.values().stream()
                .anyMatch(c -> c.certificate().filter(certificate::equals).isPresent() || c.isEnrolling(now));
    }

    /** Whether somebody who was admitted still is: not removed, and with the same token and certificate. */
    public synchronized boolean isCurrent(Client admitted) {
        Client now = all.get(admitted.name());
        return now != null
                && now.tokenHash().equals(admitted.tokenHash())
                && now.certificate().equals(admitted.certificate());
    }

    /** What became of a token. */
    public enum Verdict {
        /** It is right. */
        KNOWN,
        /** Nobody has it. */
        UNKNOWN,
        /** It is right, but is bound to another certificate, or is too old. */
        MISUSED
    }

    /**
     * Who comes.
     *
     * @param verdict what became of the token
     * @param client whose token it is; null if nobody's
     */
    public record Guest(Verdict verdict, Client client) {}

    /** Who comes with this token and certificate; the first certificate is bound, durably. */
    public synchronized Guest admit(byte[] token, Fingerprint certificate) throws DoppelException {
        byte[] hash = hash(token).getBytes(StandardCharsets.US_ASCII);
        Client found = null;
        for (Client client : all.values()) {
            if (MessageDigest.isEqual(hash, client.tokenHash().getBytes(StandardCharsets.US_ASCII))) {
                found = client;
            }
        }
        if (found == null) {
            return new Guest(Verdict.UNKNOWN, null);
        }
        if (found.isEnrolling(time.millis())) {
            found = found.bound(certificate);
            keep(found);
        }
        boolean right = found.certificate().filter(certificate::equals).isPresent();
        return new Guest(right ? Verdict.KNOWN : Verdict.MISUSED, found);
    }

    private void keep(Client client) throws DoppelException {
        long before = generations.getOrDefault(client.name(), -1L);
        Records.put(storage, object(client.name(), before + 1), client.fields());
        generations.put(client.name(), before + 1);
        all.put(client.name(), client);
        if (before >= 0) {
            storage.delete(object(client.name(), before));
        }
    }

    private byte[] newToken() {
        byte[] token = new byte[Frame.TOKEN];
        random.nextBytes(token);
        return token;
    }

    private static String hash(byte[] token) {
        return HexFormat.of().formatHex(EnrolmentCode.sha256(token));
    }

    private Instant now() {
        return Instant.ofEpochMilli(time.day());
    }

    private static String object(String name, long generation) {
        return FOLDER + "/" + name + "/" + String.format("%016x", generation);
    }
}
