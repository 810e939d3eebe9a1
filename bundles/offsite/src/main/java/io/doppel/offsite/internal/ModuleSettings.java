package io.doppel.offsite.internal;

import java.time.Duration;

/**
 * What the module's admin set.
 *
 * @param window how long condemned bytes stay, in running time
 * @param floor bytes that stay free on the disk
 * @param objects objects of one store, condemned ones among them
 * @param alertShare percent of a store that may be condemned within a day without an alert
 */
public record ModuleSettings(Duration window, long floor, long objects, int alertShare) {}
