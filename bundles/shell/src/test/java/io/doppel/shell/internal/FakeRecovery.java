package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.recovery.RecoveryCopy;
import io.doppel.api.recovery.RecoveryProgress;
import io.doppel.api.recovery.RecoveryReport;
import io.doppel.api.recovery.RecoveryRequest;
import io.doppel.api.recovery.RecoveryService;
import io.doppel.api.recovery.RecoverySource;
import io.doppel.api.recovery.RecoveryStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Recovery in memory. */
final class FakeRecovery implements RecoveryService {
    static final RecoveryCopy COPY = new RecoveryCopy(
            "00000003.0000002a",
            "5e1f0a52-1111-4222-8333-c0ffee000001",
            "server-1",
            FakeInventory.NOON,
            Map.of("hosts", 2L, "jobs", 3L, "vaults", 2L, "versions", 120L, "runs", 95L, "secrets", 4L, "pins", 0L),
            300_000,
            "");

    private static final RecoveryCopy BROKEN =
            new RecoveryCopy("00000003.0000002b", "", "", Instant.EPOCH, Map.of(), 0, "DPL-VLT-0009: it is damaged");

    RecoveryRequest last;
    String passphrase;

    @Override
    public List<RecoveryStatus> status() {
        return List.of(
                new RecoveryStatus("main", Optional.of(FakeInventory.NOON), 4000, COPY.id(), 300_000, 9_000, false, ""),
                new RecoveryStatus("second", Optional.empty(), -1, "", 0, 0, true, "DPL-STO-0001: it is not there"));
    }

    @Override
    public RecoveryStatus copyNow(String vault) throws DoppelException {
        return status().stream()
                .filter(s -> s.vault().equals(vault))
                .findFirst()
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + vault + "'"));
    }

    @Override
    public List<RecoveryCopy> copies(RecoverySource source) {
        passphrase = new String(source.unlock());
        return List.of(COPY, BROKEN);
    }

    @Override
    public RecoveryReport recover(RecoveryRequest request, RecoveryProgress progress, CancelToken cancel)
            throws DoppelException {
        last = request;
        progress.step("Opening the vault", 0, 0);
        progress.step("Waiting", 1, 45);
        cancel.check();
        return new RecoveryReport(
                COPY,
                List.of(
                        new RecoveryReport.VaultOutcome("main", true, "Taken over."),
                        new RecoveryReport.VaultOutcome("second", false, "DPL-STO-0001: it is not there")),
                List.of("Keep the lost server off."));
    }
}
