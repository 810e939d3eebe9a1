package io.doppel.offsite.internal.store;

/**
 * Figures of a store.
 *
 * @param objects that are there
 * @param bytes of those
 * @param condemnedObjects that are condemned and not deleted
 * @param condemnedBytes of those
 * @param event number of the last event
 * @param deletedThrough an undo cannot go back before this event
 * @param locked whether the client is locked
 */
public record StoreFigures(
        long objects,
        long bytes,
        long condemnedObjects,
        long condemnedBytes,
        long event,
        long deletedThrough,
        boolean locked) {}
