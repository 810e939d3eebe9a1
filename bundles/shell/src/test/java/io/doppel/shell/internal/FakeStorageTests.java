package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.vault.StorageTestService;
import io.doppel.api.vault.StorageTestView;
import io.doppel.api.vault.StorageTestView.Check;
import io.doppel.api.vault.StorageTestView.Latency;
import io.doppel.api.vault.StorageTestView.State;
import io.doppel.api.vault.StorageTestView.Throughput;
import io.doppel.api.vault.StorageTestView.Verdict;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Tests of storage targets that find what a test wants. */
final class FakeStorageTests implements StorageTestService {
    Verdict verdict = Verdict.FIT;
    Map<String, String> lastSettings = Map.of();
    boolean lastReadOnly;
    boolean hangs;

    @Override
    public StorageTestView testStorage(
            String type, Map<String, String> settings, boolean readOnly, Consumer<String> begun, CancelToken cancel)
            throws DoppelException {
        lastSettings = settings;
        lastReadOnly = readOnly;
        return view(type, begun, cancel);
    }

    @Override
    public StorageTestView testVault(String vault, Consumer<String> begun, CancelToken cancel) throws DoppelException {
        if (!vault.equals("main")) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + vault + "'");
        }
        return view("local", begun, cancel);
    }

    private StorageTestView view(String type, Consumer<String> begun, CancelToken cancel) throws DoppelException {
        begun.accept("opening the target");
        begun.accept("exclusive creation");
        if (hangs) {
            awaitCancel(cancel);
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("folder", "/backup/store");
        facts.put("file-system", "ext4 (/dev/sdb1)");
        Check exclusive = verdict == Verdict.UNFIT
                ? new Check(
                        "exclusive",
                        State.FAILED,
                        "An object that exists could be put again",
                        "DPL-TST-0003",
                        "Keep no vault there")
                : new Check("exclusive", State.PASSED, "A name that is taken is refused", "", "");
        return new StorageTestView(
                type,
                verdict,
                facts,
                List.of(new Check("put", State.PASSED, "A new object can be put", "", ""), exclusive),
                List.of(new Latency("put", 20, Duration.ofNanos(2_100_000), Duration.ofNanos(9_870_000))),
                List.of(new Throughput("put", 2, 64L << 20, 110L << 20)),
                1L << 40,
                600L << 30,
                Optional.of(Duration.ZERO),
                Duration.ofMillis(6400));
    }

    static void awaitCancel(CancelToken cancel) throws DoppelException {
        CountDownLatch told = new CountDownLatch(1);
        cancel.onCancel(told::countDown);
        try {
            if (!told.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody stopped it");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        cancel.check();
    }
}
