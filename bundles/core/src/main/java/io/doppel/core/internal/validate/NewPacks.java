package io.doppel.core.internal.validate;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.Count;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/** Verifies what jobs wrote to a vault, for as long as there is more of it. One run; safe for several threads. */
final class NewPacks extends BackgroundWork {
    private final Deque<Written> waiting = new ArrayDeque<>();
    private boolean ended;

    NewPacks(
            String vaultName,
            Vaults vaults,
            Validation validation,
            Claims claims,
            Supplier<ValidationSettings> settings,
            SettingsSpec options) {
        super(vaultName, vaults, validation, claims, settings, options);
    }

    /** Takes it on; false if the run has ended, or is about to. */
    synchronized boolean offer(Written written) {
        return !ended && waiting.add(written);
    }

    private synchronized Written poll() {
        Written next = waiting.poll();
        ended |= next == null;
        return next;
    }

    private synchronized void end() {
        ended = true;
        waiting.clear();
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        try {
            Vault vault = vaults.open(vaultName, context);
            List<VerifyReport.Problem> wrong = new ArrayList<>();
            int count = 0;
            for (Written next = poll(); next != null; next = poll()) {
                // of packs by other numbers nothing can be said; they count as not verified
                if (next.vault() == vault) {
                    wrong.addAll(check(next, context.task().child(next.label()), context));
                    count++;
                }
            }
            if (!wrong.isEmpty()) {
                validation
                        .refresh(vaultName, vault, wrong, context.task(), context.cancel())
                        .throwIfAny(vaultName);
            }
            String what = wrong.isEmpty() ? "What was written is right" : "Nothing that was written is lost";
            context.task().succeed(what + ", of " + Count.text(count, "job"));
        } finally {
            end();
        }
    }

    private List<VerifyReport.Problem> check(Written written, TaskScope task, CoreContext context)
            throws DoppelException {
        Vault vault = written.vault();
        VerifyOptions how = how(task, context.cancel());
        int[] packs = written.packs().stream()
                .filter(p -> vault.packs().verifiedAt(p).isEmpty())
                .toArray();
        List<VerifyReport.Problem> wrong = validation.packs(vaultName, vault, packs, how, task, context.cancel());
        if (!wrong.isEmpty()) {
            task.fail(new DoppelException(
                    JobError.DAMAGE_FOUND, "Damaged or missing objects among what was written: " + wrong.size()));
            return wrong;
        }
        if (written.version().isPresent()) {
            validation.newVersion(vaultName, vault, written.version().get(), written.used(), written.bases());
        }
        task.succeed("Everything is right");
        return wrong;
    }

    @Override
    public String title() {
        return "Read and check what was just written";
    }
}
