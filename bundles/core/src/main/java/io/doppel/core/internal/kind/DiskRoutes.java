package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.LogLine;
import io.doppel.core.JobError;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.plugin.Plugin;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.spi.disk.DiskAccess;
import io.doppel.spi.processor.Processor;
import io.doppel.spi.transport.Transport;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processor that moves a machine's disks, and the access that it uses for each.
 *
 * @param processor the processor
 * @param accesses for each disk key the cheapest access that the processor can open
 */
record DiskRoutes(Plugin<Processor> processor, Map<String, DiskAccess> accesses) {
    /**
     * Chooses the processor that gets at all disks at the least cost, and ends the job when one of the plug-ins chosen leaves.
     *
     * @param offers for each disk key the ways to it
     */
    static DiskRoutes choose(Plugins plugins, Map<String, List<DiskAccess>> offers, CoreContext context)
            throws DoppelException {
        DiskRoutes best = find(plugins, offers)
                .orElseThrow(
                        () -> new DoppelException(JobError.NO_WAY_TO_DISK, "Nothing here can open " + kinds(offers)));
        best.follow(plugins, context);
        return best;
    }

    /** The processor that gets at all disks at the least cost; empty if none gets at all of them. */
    static Optional<DiskRoutes> find(Plugins plugins, Map<String, List<DiskAccess>> offers) {
        DiskRoutes best = null;
        for (Plugin<Processor> processor : plugins.processors().all()) {
            Optional<DiskRoutes> routes = through(processor, offers);
            if (routes.isPresent() && (best == null || routes.get().cost() < best.cost())) {
                best = routes.get();
            }
        }
        return Optional.ofNullable(best);
    }

    private static Optional<DiskRoutes> through(Plugin<Processor> processor, Map<String, List<DiskAccess>> offers) {
        Map<String, DiskAccess> chosen = new LinkedHashMap<>();
        for (Map.Entry<String, List<DiskAccess>> disk : offers.entrySet()) {
            Optional<DiskAccess> access = disk.getValue().stream()
                    .filter(processor.service()::canOpen)
                    .min(Comparator.comparingInt(DiskAccess::cost));
            if (access.isEmpty()) {
                return Optional.empty();
            }
            chosen.put(disk.getKey(), access.get());
        }
        return Optional.of(new DiskRoutes(processor, chosen));
    }

    private static String kinds(Map<String, List<DiskAccess>> offers) {
        List<String> kinds = offers.values().stream()
                .flatMap(List::stream)
                .map(DiskAccess::kind)
                .distinct()
                .toList();
        return kinds.isEmpty()
                ? "disks for which the host offers no access"
                : "disks of kind " + String.join(", ", kinds);
    }

    private long cost() {
        return accesses.values().stream().mapToLong(DiskAccess::cost).sum();
    }

    /** Says in the log when something cheaper is offered but cannot be used. */
    void explain(Map<String, List<DiskAccess>> offers, CoreContext context) {
        accesses.forEach((key, chosen) -> offers.get(key).stream()
                .filter(a -> a.cost() < chosen.cost())
                .min(Comparator.comparingInt(DiskAccess::cost))
                .ifPresent(cheaper -> context.task()
                        .log(
                                LogLine.Level.WARNING,
                                "Disk '" + key + "' is accessed by way of '" + chosen.kind() + "'; the better way '"
                                        + cheaper.kind() + "' cannot be opened by processor '" + processor.name()
                                        + "': its transport is not installed, or its place is out of reach")));
    }

    /** Ends the job when one of the plug-ins chosen leaves. */
    void follow(Plugins plugins, CoreContext context) {
        context.dependOn(processor.gate());
        for (DiskAccess access : accesses.values()) {
            plugins.transports().all().stream()
                    .filter(t -> supports(t, access))
                    .findFirst()
                    .ifPresent(t -> context.dependOn(t.gate()));
        }
    }

    private static boolean supports(Plugin<Transport> transport, DiskAccess access) {
        return transport.service().supports(access);
    }
}
