package io.doppel.offsite.internal.store;

import java.time.Instant;

/**
 * Something condemned.
 *
 * @param event number of the condemnation
 * @param id number of the incarnation
 * @param name its name
 * @param size bytes
 * @param put when it was put, by the time of day
 * @param condemned when it was condemned, by the time of day
 * @param at the same in running time, milliseconds
 */
public record Condemned(long event, long id, String name, long size, Instant put, Instant condemned, long at) {}
