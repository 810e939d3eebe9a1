package io.doppel.api.space;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The space of a place where the server stores things.
 *
 * @param place {@code vault/NAME}, {@code catalogue} or {@code cache}
 * @param kind what it is
 * @param where its folder on this server; of a vault its storage type
 * @param state whether there is room
 * @param since when it was first seen to be low like that; empty if it is not
 * @param totalBytes its size, −1 if it is not known
 * @param freeBytes free space, −1 if it is not known
 * @param warnBelow jobs warn when less is free, in bytes; 0 for never, −1 if the size is not known
 * @param refuseBelow jobs that store something are refused when less is free, in bytes; 0 for never, −1 if the size is not known
 * @param growthPerDay bytes a day that the versions of the last 30 days added to a vault, −1 if it is not known
 * @param daysLeft days until it is refused if it grows on like that, −1 if it does not grow or that is not known
 * @param message what is wrong, with code; empty if nothing is
 * @param settings the limits as they are set
 */
public record SpaceView(
        String place,
        Kind kind,
        String where,
        State state,
        Optional<Instant> since,
        long totalBytes,
        long freeBytes,
        long warnBelow,
        long refuseBelow,
        long growthPerDay,
        long daysLeft,
        String message,
        Map<String, String> settings) {
    /** What a place is. */
    public enum Kind {
        /** The storage target of a vault. */
        VAULT,
        /** The disk of the catalogue. */
        CATALOGUE,
        /** The disk of the vaults' local indexes and key files. */
        CACHE
    }

    /** Whether there is room. */
    public enum State {
        /** There is. */
        OK,
        /** Little; jobs warn. */
        WARNING,
        /** Too little; jobs that store something are refused. */
        REFUSING,
        /** The target does not tell its space, so nobody watches over it. */
        UNTOLD,
        /** It cannot be found out now; the message says why. */
        UNKNOWN
    }

    /** Checks and copies. */
    public SpaceView {
        Objects.requireNonNull(place);
        Objects.requireNonNull(kind);
        Objects.requireNonNull(where);
        Objects.requireNonNull(state);
        Objects.requireNonNull(since);
        Objects.requireNonNull(message);
        settings = Map.copyOf(settings);
    }
}
