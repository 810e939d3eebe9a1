package io.doppel.vault.internal.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.vault.VerifyOptions;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pack that was not read to its end is never taken for a good one. */
class PackPassTest {
    private final Packs packs = new Packs();

    @BeforeEach
    void twoPacks() throws Exception {
        packs.add(3);
        packs.add(3);
    }

    private PackPass pass() {
        return new PackPass(
                packs.storage,
                packs.keys,
                packs.index,
                new VerifyOptions(2, Clock.systemUTC(), bytes -> {}),
                (pack, found) -> {},
                (total, done) -> {},
                CancelToken.NEVER);
    }

    /** Makes the helper's first read end with the error, while the caller is in the midst of the other pack. */
    private void failInTheHelper(Error error) {
        Thread caller = Thread.currentThread();
        CountDownLatch failed = new CountDownLatch(1);
        packs.storage.hook = (operation, name) -> {
            if (Thread.currentThread() != caller) {
                failed.countDown();
                throw error;
            }
            try {
                assertTrue(failed.await(1, TimeUnit.MINUTES), "the helper reads too");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
    }

    @Test
    void goodPacksAreGood() throws Exception {
        PackPass pass = pass();
        pass.run(List.of(0, 1));
        assertEquals(List.of(), pass.problems());
        assertTrue(pass.damage().none());
        assertTrue(pass.bytes() > 6 * Packs.RAW);
    }

    @Test
    void anErrorInAHelperEndsTheVerification() {
        Error error = new OutOfMemoryError("made by the test");
        failInTheHelper(error);
        DoppelException e = assertThrows(DoppelException.class, () -> pass().run(List.of(0, 1)));
        assertTrue(e.is(CommonError.INTERNAL), e::getMessage);
        assertSame(error, e.getCause());
    }

    @Test
    void aHelperThatCannotEvenSayWhyItEndedEndsTheVerification() {
        Error error = new OutOfMemoryError() {
            private static final long serialVersionUID = 1L;

            @Override
            public String toString() {
                throw this;
            }
        };
        failInTheHelper(error);
        DoppelException e = assertThrows(DoppelException.class, () -> pass().run(List.of(0, 1)));
        assertTrue(e.is(CommonError.INTERNAL), e::getMessage);
        assertTrue(e.getMessage().contains("1 packs were not verified"), e::getMessage);
    }
}
