package io.doppel.vault.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.model.Explorer.Result;
import io.doppel.vault.model.Invariants.Violation;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two servers, two writers, a removal and a collector in every order (docs/vault-format.md §10, §12): with all rules nothing goes wrong in
 * any state that can be reached, and without any one of them something does.
 */
class InterleavingsTest {
    /** Fewer would mean that something of a scene does not happen any more. */
    private static final int STATES = 20_000;

    @ParameterizedTest
    @EnumSource
    void nothingGoesWrong(Scene scene) {
        Result result = new Explorer(scene.bounds(), Set.of()).explore();
        System.out.printf("%s: %,d states%n", scene, result.states());
        assertEquals(Optional.empty(), result.violation(), () -> Trace.lines(result.trace()));
        assertTrue(result.states() > STATES, () -> result.states() + " states");
    }

    @ParameterizedTest
    @EnumSource
    void eachRuleIsNeeded(Check check) {
        Expected expected = expected(check);
        Result result = new Explorer(expected.scene().bounds(), Set.of(check)).explore();
        System.out.printf(
                "Without %s, %s after %,d states:%s%n",
                check,
                result.violation().map(Violation::name).orElse("nothing"),
                result.states(),
                Trace.lines(result.trace()));
        assertEquals(Optional.of(expected.violation()), result.violation());
    }

    private record Expected(Scene scene, Violation violation) {}

    private static Expected expected(Check check) {
        return switch (check) {
            case LEASE_AFTER_PUT -> new Expected(Scene.LEASES, Violation.DONE_IS_NOT_LISTED);
            case LOOK_AFTER_LEASE, VOID_HEADS, LEASE_BEFORE_PUT, LIST_BEFORE_LATE_HEADS, RELEASE_WAITS ->
                new Expected(Scene.LEASES, Violation.SEEN_IS_NOT_LISTED);
            case ALL_LATE_HEADS -> new Expected(Scene.LATE_HEADS, Violation.SEEN_IS_NOT_LISTED);
            case DELETE_AFTER_COUNTED -> new Expected(Scene.TWO_FINDERS, Violation.WRONGLY_DELETED);
            case LEASE_BEFORE_COLLECTION -> new Expected(Scene.LEFT_PACKS, Violation.WRONGLY_DELETED);
            case NOTE_FIRST,
                    LOOK_WHETHER_HIDDEN,
                    HIDE,
                    LOOK_AT_NOTES,
                    MARK_AFTER_HIDING,
                    COPY_BEFORE_CLEARING,
                    CLEARED_ARE_GONE -> new Expected(Scene.TWO_FINDERS, Violation.NOT_WHOLE_FOR_OPENING);
            case FOLLOW_WALKED, STAY_HIDDEN_WHEN_UNSURE, LEFTOVERS_STAY_HIDDEN ->
                new Expected(Scene.LATE_HEADS, Violation.NOT_WHOLE_FOR_OPENING);
            case ALL_CLOSINGS, UNLISTED_ARE_HIDDEN, ADOPT_AFTER_UNCLEAN_END ->
                new Expected(Scene.UNREADABLE_HEAD, Violation.NOT_WHOLE_FOR_OPENING);
            case ADOPT_FROM_OLDER_HEAD ->
                new Expected(Scene.UNREADABLE_HEAD_AFTER_RELEASE, Violation.NOT_WHOLE_FOR_OPENING);
            case IN_USE, USE_BEFORE_LOOK, LEAVING_WHEN_UNSURE ->
                new Expected(Scene.LATE_REMOVAL, Violation.NOT_WHOLE_FOR_OPENING);
        };
    }
}
