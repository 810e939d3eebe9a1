package io.doppel.spi.disk;

import java.util.Objects;

/**
 * Where code runs or where a disk access can be used.
 *
 * @param scope kind of place
 * @param id which one; empty for {@link Scope#ANYWHERE} and {@link Scope#SERVER}
 */
public record Place(Scope scope, String id) {
    /** Reachable from everywhere. */
    public static final Place ANYWHERE = new Place(Scope.ANYWHERE, "");

    /** This server's own machine. */
    public static final Place SERVER = new Place(Scope.SERVER, "");

    /** Kinds of place, from wide to narrow. */
    public enum Scope {
        /** No restriction. */
        ANYWHERE,
        /** The server's machine. */
        SERVER,
        /** Inside one hypervisor pool. */
        POOL,
        /** Inside one appliance, where the disk is plugged in. */
        APPLIANCE,
        /** Inside the machine itself. */
        GUEST
    }

    /** Checks the parts. */
    public Place {
        Objects.requireNonNull(scope);
        Objects.requireNonNull(id);
    }

    /** Whether something usable here can be used by a processor at {@code other}. */
    public boolean usableFrom(Place other) {
        return scope == Scope.ANYWHERE || equals(other);
    }
}
