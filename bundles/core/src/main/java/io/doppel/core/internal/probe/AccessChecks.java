package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import io.doppel.core.StorageTestError;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether putting, reading, listing and deleting are allowed, each tried by itself. */
final class AccessChecks {
    private static final int SMALL = 4096;
    private static final Duration CLOCKS_AGREE = Duration.ofMinutes(1);

    private final ProbeObjects objects;
    private final Findings findings;
    private Optional<Duration> clockAhead = Optional.empty();
    private Optional<Instant> targetTime = Optional.empty();
    private boolean canDelete;

    AccessChecks(ProbeObjects objects, Findings findings) {
        this.objects = objects;
        this.findings = findings;
    }

    /** By how much the target's clock is ahead. */
    Optional<Duration> clockAhead() {
        return clockAhead;
    }

    /** What the target's clock showed a moment ago. */
    Optional<Instant> targetTime() {
        return targetTime;
    }

    boolean canDelete() {
        return canDelete;
    }

    /** Tries a target that is only to be read. */
    void readOnly() throws DoppelException {
        tryList();
        readSomething("config");
        findings.skipped("put", "Not tried: the target is only to be read");
        findings.skipped("delete", "Not tried: the target is only to be read");
    }

    /** Tries a target that is to be written; false if nothing can be put, so that nothing else can be tried. */
    boolean readAndWrite() throws DoppelException {
        ProbeObjects.Made made;
        Instant before = Instant.now();
        try {
            made = objects.put("access", SMALL);
        } catch (DoppelException e) {
            objects.cancel().check();
            findings.failed("put", e);
            tryList();
            readSomething("config");
            findings.skipped("delete", "Not tried: nothing could be put that might be deleted");
            return false;
        }
        findings.passed("put", "A new object can be put");
        tryRead(made);
        tryList();
        lookAtClock(made, before);
        tryDelete(made);
        return true;
    }

    private void tryRead(ProbeObjects.Made made) throws DoppelException {
        try {
            if (objects.isWhole(made)) {
                findings.passed("read", "What was put can be read");
            } else {
                findings.failed("read", StorageTestError.NOT_WHOLE, "Other bytes came back than were put");
            }
        } catch (DoppelException e) {
            objects.cancel().check();
            findings.failed("read", e);
        }
    }

    private void tryList() throws DoppelException {
        try {
            objects.storage().list(ProbeObjects.PREFIX, object -> {});
            findings.passed("list", "Objects can be listed");
        } catch (DoppelException e) {
            objects.cancel().check();
            findings.failed("list", e);
        }
    }

    /** Where nothing can be put, only what somebody else put can be read. */
    private void readSomething(String name) throws DoppelException {
        Storage storage = objects.storage();
        try {
            Optional<ObjectInfo> found = storage.stat(name);
            if (found.isEmpty()) {
                findings.skipped("read", "Not tried: no vault is there, so there is nothing to read");
                return;
            }
            int length = (int) Math.min(SMALL, found.get().size());
            storage.read(name, 0, new byte[length], 0, length);
            findings.passed("read", "What is there can be read; there is a vault");
        } catch (DoppelException e) {
            objects.cancel().check();
            findings.failed("read", e);
        }
    }

    private void tryDelete(ProbeObjects.Made made) throws DoppelException {
        Storage storage = objects.storage();
        try {
            objects.delete(made.name());
            if (storage.stat(made.name()).isPresent()
                    || objects.listed().stream().anyMatch(o -> o.name().equals(made.name()))) {
                objects.name("access");
                findings.warning("delete", StorageTestError.NOT_DELETED, "What was deleted is still told");
                return;
            }
            storage.delete(made.name());
            canDelete = true;
            findings.passed("delete", "Objects can be deleted");
        } catch (DoppelException e) {
            objects.cancel().check();
            // a target that lets nothing be deleted protects what is there; only purges are in vain
            if (e.is(StorageError.DENIED) || e.is(StorageError.READ_ONLY)) {
                findings.warning("delete", e);
            } else {
                findings.failed("delete", e);
            }
        }
    }

    private void lookAtClock(ProbeObjects.Made made, Instant before) throws DoppelException {
        try {
            Instant told =
                    objects.storage().stat(made.name()).map(ObjectInfo::created).orElse(Instant.EPOCH);
            if (!told.isAfter(Instant.EPOCH)) {
                findings.skipped("clock", "The target tells no time");
                return;
            }
            targetTime = Optional.of(told);
            Instant after = Instant.now();
            // file systems count in whole or two seconds, so what lies that near may as well be the same
            Duration ahead = Duration.ZERO;
            if (told.isBefore(before.minusSeconds(2))) {
                ahead = Duration.between(before, told);
            } else if (told.isAfter(after.plusSeconds(2))) {
                ahead = Duration.between(after, told);
            }
            clockAhead = Optional.of(ahead);
            tellClock(ahead);
        } catch (DoppelException e) {
            objects.cancel().check();
            findings.failed("clock", e);
        }
    }

    private void tellClock(Duration ahead) {
        long seconds = ahead.abs().toSeconds();
        String text = ahead.isZero()
                ? "The target's clock shows the same time"
                : "The target's clock is " + seconds + " s " + (ahead.isNegative() ? "behind" : "ahead");
        if (ahead.abs().compareTo(CLOCKS_AGREE) > 0) {
            findings.warning("clock", StorageTestError.CLOCK, text);
        } else {
            findings.passed("clock", text);
        }
    }
}
