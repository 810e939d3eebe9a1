package io.doppel.core.internal.inventory;

import io.doppel.core.internal.plugin.Gate;
import io.doppel.spi.hypervisor.HypervisorHost;

/**
 * A connected host.
 *
 * @param host the host, guarded
 * @param gate tells when its plug-in leaves
 */
public record HostConnection(HypervisorHost host, Gate gate) {}
