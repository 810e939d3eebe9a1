package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.vault.StorageTestView.Check;
import io.doppel.api.vault.StorageTestView.State;
import io.doppel.api.vault.StorageTestView.Verdict;
import java.util.ArrayList;
import java.util.List;

/** What a test has found so far. Used by one thread. */
final class Findings {
    private final List<Check> checks = new ArrayList<>();

    void passed(String name, String text) {
        checks.add(new Check(name, State.PASSED, text, "", ""));
    }

    void skipped(String name, String why) {
        checks.add(new Check(name, State.SKIPPED, why, "", ""));
    }

    void warning(String name, ErrorCode code, String text) {
        checks.add(new Check(name, State.WARNING, text, code.id(), code.advice()));
    }

    void failed(String name, ErrorCode code, String text) {
        checks.add(new Check(name, State.FAILED, text, code.id(), code.advice()));
    }

    void warning(String name, DoppelException e) {
        warning(name, e.code(), e.what());
    }

    void failed(String name, DoppelException e) {
        failed(name, e.code(), e.what());
    }

    List<Check> checks() {
        return List.copyOf(checks);
    }

    Verdict verdict() {
        if (checks.stream().anyMatch(check -> check.state() == State.FAILED)) {
            return Verdict.UNFIT;
        }
        return checks.stream().anyMatch(check -> check.state() == State.WARNING) ? Verdict.WARNINGS : Verdict.FIT;
    }
}
