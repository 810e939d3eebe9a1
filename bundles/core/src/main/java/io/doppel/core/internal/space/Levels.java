package io.doppel.core.internal.space;

import io.doppel.api.space.SpaceView.State;

/**
 * What free space means. What was low counts as low until there is a tenth more than its limit, so that a place at its limit does not change
 * between every two jobs. Pure.
 */
final class Levels {
    private Levels() {}

    /** @param before how it was when it was looked at last */
    static State of(State before, long free, long warnBelow, long refuseBelow) {
        if (free < refuseBelow || before == State.REFUSING && free < relaxed(refuseBelow)) {
            return State.REFUSING;
        }
        boolean wasLow = before == State.REFUSING || before == State.WARNING;
        return free < warnBelow || wasLow && free < relaxed(warnBelow) ? State.WARNING : State.OK;
    }

    private static long relaxed(long limit) {
        return limit + limit / 10;
    }
}
