package io.doppel.spi.storage;

/**
 * What a target can do.
 *
 * @param grants whether {@link Storage#grant} gives credentials
 * @param readOnly whether the target refuses every change
 * @param parallelism reads or writes at once that make it fast, at least 1
 * @param preferredRead bytes of one read that make it fast
 */
public record StorageCapabilities(boolean grants, boolean readOnly, int parallelism, int preferredRead) {}
