package io.doppel.core.internal.probe;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.ByteCount;
import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Count;
import io.doppel.api.vault.StorageTestView;
import io.doppel.api.vault.StorageTestView.Latency;
import io.doppel.api.vault.StorageTestView.Throughput;
import io.doppel.core.StorageTestError;
import io.doppel.core.internal.space.SpaceGuard;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageSpace;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One test of an open storage target, step by step. Whatever becomes of it, it removes what it put. */
final class Probe {
    private static final Logger LOG = LoggerFactory.getLogger(Probe.class);
    private static final String SPEED = "throughput";
    private static final String STAYS = "Not measured: what is put for it could not be removed again";
    /** What one measurement of throughput puts at most. */
    private static final long MOST_BYTES = 64L << 20;

    private static final long FEW_BYTES = 4L << 20;
    /** A vault's reserve and its first packs take as much. */
    private static final long LITTLE = 256L << 20;

    private final String type;
    private final String installation;
    private final Storage storage;
    private final boolean readOnly;
    private final Consumer<String> begun;
    private final CancelToken cancel;
    private final ProbeObjects objects;
    private final Workers workers;
    private final Findings findings = new Findings();
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final AccessChecks access;
    private Optional<StorageSpace> space = Optional.empty();
    private List<Latency> latencies = List.of();
    private List<Throughput> throughputs = List.of();
    private boolean lost;

    /** @param objects names of this test */
    Probe(
            String type,
            String installation,
            boolean readOnly,
            ProbeObjects objects,
            ExecutorService threads,
            Consumer<String> begun) {
        this.type = type;
        this.installation = installation;
        this.readOnly = readOnly;
        this.objects = objects;
        this.storage = objects.storage();
        this.cancel = objects.cancel();
        this.begun = begun;
        this.workers = new Workers(threads);
        this.access = new AccessChecks(objects, findings);
    }

    private interface Step {
        void run() throws DoppelException;
    }

    /** @param going prefixes of the tests that go on in this process, this one's too */
    StorageTestView run(Set<String> going) throws DoppelException {
        long start = System.nanoTime();
        boolean finished = false;
        try {
            steps(going);
            finished = true;
        } finally {
            if (!finished) {
                removeQuietly();
            }
        }
        if (!readOnly) {
            cleanUp();
        }
        return new StorageTestView(
                type,
                findings.verdict(),
                facts,
                findings.checks(),
                latencies,
                throughputs,
                space.map(StorageSpace::total).orElse(-1L),
                space.map(StorageSpace::free).orElse(-1L),
                access.clockAhead(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    private void steps(Set<String> going) throws DoppelException {
        step("facts", "what the target tells about itself", this::askFacts);
        step("space", "free space", this::lookAtSpace);
        if (readOnly) {
            step("access", "reading and listing", access::readOnly);
            return;
        }
        boolean[] writable = {false};
        step("access", "putting, reading, listing and deleting", () -> writable[0] = access.readAndWrite());
        if (!writable[0]) {
            return;
        }
        step("leftovers", "leftovers of earlier tests", () -> removeLeftovers(going));
        step("whole", "objects of several sizes", () -> new ContentChecks(objects, findings).check());
        step("exclusive", "exclusive creation", () -> new ExclusiveCheck(objects, findings, workers).check());
        step("flush", "latency of small operations", this::measureLatencies);
        step(SPEED, "throughput", this::measureThroughputs);
    }

    /** Does a step; its failure is a finding. Nothing more is tried with a target that has gone. */
    private void step(String name, String words, Step step) throws DoppelException {
        cancel.check();
        if (lost) {
            findings.skipped(name, "Not tried: the target could not be reached any more");
            return;
        }
        begun.accept(words);
        try {
            step.run();
        } catch (DoppelException e) {
            cancel.check();
            findings.failed(name, e);
            lost = e.is(StorageError.UNREACHABLE) || e.is(CommonError.PLUGIN_GONE);
        }
    }

    private void askFacts() throws DoppelException {
        try {
            facts.putAll(storage.facts());
        } catch (DoppelException e) {
            cancel.check();
            // what is only for people keeps nothing from being stored
            findings.warning("facts", e);
        }
    }

    private void lookAtSpace() throws DoppelException {
        space = storage.space();
        if (space.isEmpty()) {
            findings.skipped("space", "The target does not tell its space");
            return;
        }
        long free = space.get().free();
        String text = ByteCount.text(free) + " of " + ByteCount.text(space.get().total()) + " are free";
        if (free < Math.max(LITTLE, SpaceGuard.presetRefusal(space.get().total()))) {
            findings.warning("space", StorageTestError.LITTLE_SPACE, "Only " + text);
        } else {
            findings.passed("space", text);
        }
    }

    private void removeLeftovers(Set<String> going) throws DoppelException {
        if (!access.canDelete()) {
            return;
        }
        int removed = new Leftovers(objects, installation, going)
                .remove(access.targetTime().orElse(Instant.EPOCH));
        if (removed > 0) {
            findings.passed(
                    "leftovers", Count.text(removed, "object") + " of tests that were broken off are removed now");
        }
    }

    private void measureLatencies() throws DoppelException {
        if (!access.canDelete()) {
            findings.skipped("flush", STAYS);
            return;
        }
        latencies = new Latencies(objects).measure();
        Latency put = latencies.get(0);
        String says = Optional.ofNullable(facts.get("flush"))
                .map(flush -> "the target says that it waits for: " + flush)
                .orElse("the target does not say what that waits for");
        findings.passed("flush", "A small object is put and durable in " + millis(put.median()) + "; " + says);
    }

    private void measureThroughputs() throws DoppelException {
        if (!access.canDelete()) {
            findings.skipped(SPEED, STAYS);
            return;
        }
        // where deleting gives no space back at once, a test takes some for days
        long wanted = facts.containsKey("delete") ? FEW_BYTES : MOST_BYTES;
        long most = space.map(s -> Math.min(wanted, s.free() / 8)).orElse(wanted);
        if (most < 1 << 20) {
            findings.skipped(SPEED, "Not measured: there is no room for it");
            return;
        }
        throughputs = new Throughputs(objects, workers, most).measure(storage.capabilities());
        StringBuilder text = new StringBuilder();
        for (Throughput t : throughputs) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(t.operation())
                    .append(" in ")
                    .append(Count.text(t.streams(), "stream"))
                    .append(' ')
                    .append(ByteCount.text(t.bytesPerSecond()))
                    .append("/s");
        }
        findings.passed(SPEED, text.toString());
    }

    private void cleanUp() {
        begun.accept("removing what was put");
        try {
            objects.removeAll();
            int still = lost ? 0 : objects.listed().size();
            if (still > 0) {
                findings.warning(
                        "clean-up", StorageTestError.NOT_DELETED, Count.text(still, "object") + " stay listed");
            } else {
                findings.passed("clean-up", "Nothing is left of the test");
            }
        } catch (DoppelException e) {
            findings.warning(
                    "clean-up",
                    e.code(),
                    Count.text(objects.left(), "object") + " that begin with " + objects.prefix()
                            + " stay until the next test: " + e.what());
        }
    }

    private void removeQuietly() {
        try {
            objects.removeAll();
        } catch (DoppelException e) {
            LOG.warn(
                    "{} of a test that was broken off stay, named {}...; the next test there removes them: {}",
                    Count.text(objects.left(), "object"),
                    objects.prefix(),
                    e.getMessage());
        }
    }

    /** For example {@code 2.4 ms}. */
    private static String millis(Duration time) {
        return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
    }
}
