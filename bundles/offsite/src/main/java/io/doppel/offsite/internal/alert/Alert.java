package io.doppel.offsite.internal.alert;

import java.time.Instant;

/**
 * An alert that nobody has cleared.
 *
 * @param number its number
 * @param kind what it is about
 * @param client the client concerned; empty for the module itself
 * @param text the newest of what happened
 * @param first when it happened first, by the time of day
 * @param last when it happened last since the module started
 * @param count how often since the module started
 */
public record Alert(long number, AlertKind kind, String client, String text, Instant first, Instant last, long count) {}
