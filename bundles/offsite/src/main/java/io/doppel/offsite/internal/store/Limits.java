package io.doppel.offsite.internal.store;

/**
 * What a store may take.
 *
 * @param quota bytes, condemned ones among them
 * @param objects objects, condemned ones among them, those with long names several times; they bound the module's memory
 * @param floor bytes that stay free on the disk
 */
public record Limits(long quota, long objects, long floor) {}
