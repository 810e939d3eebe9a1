package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import io.doppel.core.StorageTestError;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.StorageError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether a name can be given only once: to an object that is there already, and by writers that race. */
final class ExclusiveCheck {
    private static final String NAME = "exclusive";
    private static final int ROUNDS = 8;
    private static final int RACERS = 2;
    private static final int BYTES = 4096;

    private final ProbeObjects objects;
    private final Findings findings;
    private final Workers workers;

    ExclusiveCheck(ProbeObjects objects, Findings findings, Workers workers) {
        this.objects = objects;
        this.findings = findings;
        this.workers = workers;
    }

    void check() throws DoppelException {
        Optional<String> wrong = again();
        for (int round = 0; round < ROUNDS && wrong.isEmpty(); round++) {
            wrong = race(round);
        }
        if (wrong.isPresent()) {
            findings.failed(NAME, StorageTestError.NOT_EXCLUSIVE, wrong.get());
        } else {
            findings.passed(
                    NAME,
                    "A name that is taken is refused, and of two writers that raced " + ROUNDS + " times one won");
        }
    }

    /** What is wrong with putting an object that is there. */
    private Optional<String> again() throws DoppelException {
        byte[] first = content(0);
        String name = objects.name("again");
        if (!put(name, first, () -> {})) {
            return Optional.of("A new name was taken for one that exists");
        }
        if (put(name, content(1), () -> {})) {
            return Optional.of("An object that exists could be put again");
        }
        return holds(name, first) ? Optional.empty() : Optional.of("An object changed when it was put again in vain");
    }

    /** What is wrong after a race of two writers. */
    private Optional<String> race(int round) throws DoppelException {
        String name = objects.name("race-" + round);
        CountDownLatch ready = new CountDownLatch(RACERS);
        List<Callable<Boolean>> racers = new ArrayList<>();
        for (int racer = 0; racer < RACERS; racer++) {
            byte[] content = content(racer);
            racers.add(() -> {
                try {
                    return put(name, content, () -> meet(ready));
                } finally {
                    // who failed before the meeting must not be waited for
                    ready.countDown();
                }
            });
        }
        List<Boolean> won = workers.all(racers);
        long winners = won.stream().filter(w -> w).count();
        if (winners != 1) {
            return Optional.of("Of two writers that raced for one name, " + winners + " were told that they won");
        }
        return holds(name, content(won.indexOf(true)))
                ? Optional.empty()
                : Optional.of("After a race the object is not that of the writer that won");
    }

    private void meet(CountDownLatch ready) throws DoppelException {
        ready.countDown();
        try {
            while (!ready.await(100, TimeUnit.MILLISECONDS)) {
                objects.cancel().check();
            }
        } catch (InterruptedException e) {
            // then the race is just less close
            Thread.currentThread().interrupt();
        }
    }

    /** What is done right before the commit. */
    private interface Before {
        void run() throws DoppelException;
    }

    /** Whether the object could be put; false if the name is taken. */
    private boolean put(String name, byte[] content, Before before) throws DoppelException {
        try (ObjectWriter writer = objects.storage().put(name)) {
            writer.write(content, 0, content.length);
            before.run();
            writer.commit();
            return true;
        } catch (DoppelException e) {
            if (e.is(StorageError.EXISTS)) {
                return false;
            }
            throw e;
        }
    }

    private boolean holds(String name, byte[] content) throws DoppelException {
        byte[] found = new byte[content.length];
        objects.storage().read(name, 0, found, 0, found.length);
        return Arrays.equals(content, found);
    }

    private static byte[] content(int writer) {
        byte[] content = new byte[BYTES];
        Arrays.fill(content, (byte) ('A' + writer));
        return content;
    }
}
