package io.doppel.spi.storage;

/**
 * Space of a target in bytes.
 *
 * @param total capacity
 * @param free usable by us
 */
public record StorageSpace(long total, long free) {}
