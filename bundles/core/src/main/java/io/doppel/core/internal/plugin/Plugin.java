package io.doppel.core.internal.plugin;

/**
 * A service that a plug-in registered.
 *
 * @param name its name among services of its kind
 * @param service the service itself; what it makes is wrapped by {@link Guard} before use
 * @param gate tells when it leaves
 */
public record Plugin<T>(String name, T service, Gate gate) {}
