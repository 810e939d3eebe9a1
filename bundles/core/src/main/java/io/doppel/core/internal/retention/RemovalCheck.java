package io.doppel.core.internal.retention;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.retention.MachineRetention;
import io.doppel.api.retention.RetentionPolicy;
import io.doppel.api.retention.RetentionReason;
import io.doppel.api.retention.RetentionReason.Code;
import io.doppel.api.retention.VersionVerdict;
import io.doppel.core.RetentionError;
import io.doppel.vault.VaultError;
import java.util.Optional;
import java.util.Set;

/** What even an explicit wish does not remove. Pure. */
final class RemovalCheck {
    private final RetentionPlan plan;
    private final boolean newestToo;

    RemovalCheck(RetentionPlan plan, boolean newestToo) {
        this.plan = plan;
        this.newestToo = newestToo;
    }

    /** Refuses if any of these versions must stay. */
    void check(Set<String> ids) throws DoppelException {
        for (MachineRetention machine : plan.machines()) {
            for (VersionVerdict verdict : machine.versions()) {
                if (ids.contains(verdict.version().id())) {
                    check(machine, verdict);
                }
            }
        }
    }

    private void check(MachineRetention machine, VersionVerdict verdict) throws DoppelException {
        refuse(verdict, Code.HELD, VaultError.ON_HOLD);
        refuse(verdict, Code.PINNED, RetentionError.PINNED);
        refuse(verdict, Code.YOUNG, RetentionError.TOO_YOUNG);
        // A clock that is only behind makes versions look younger than they are, which removes nothing too early.
        boolean ageCounts = machine.policy()
                .map(RetentionPolicy::minimumAge)
                .filter(age -> !age.isZero())
                .isPresent();
        if (ageCounts && plan.ahead().isPresent()) {
            throw plan.ahead().get();
        }
        if (!newestToo) {
            refuse(verdict, Code.NEWEST, RetentionError.NEWEST);
            refuse(verdict, Code.NEWEST_WHOLE, RetentionError.NEWEST);
        }
    }

    private static void refuse(VersionVerdict verdict, Code code, ErrorCode error) throws DoppelException {
        Optional<RetentionReason> reason =
                verdict.reasons().stream().filter(found -> found.code() == code).findFirst();
        if (reason.isPresent()) {
            throw new DoppelException(
                    error,
                    "Version " + VersionText.of(verdict.version()) + ", is not removed: "
                            + reason.get().text());
        }
    }
}
