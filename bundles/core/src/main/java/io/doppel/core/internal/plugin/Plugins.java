package io.doppel.core.internal.plugin;

import io.doppel.spi.export.MachineFormat;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.job.JobHandler;
import io.doppel.spi.processor.Processor;
import io.doppel.spi.storage.StorageType;
import io.doppel.spi.transport.Transport;

/** Everything that plug-ins registered. */
public final class Plugins {
    private final Registry<HypervisorType> hypervisors = new Registry<>("hypervisor type", HypervisorType::name);
    private final Registry<StorageType> storages = new Registry<>("storage type", StorageType::name);
    private final Registry<Transport> transports = new Registry<>("transport", Transport::name);
    private final Registry<Processor> processors = new Registry<>("processor", Processor::name);
    private final Registry<MachineFormat> formats = new Registry<>("format", MachineFormat::name);
    private final Registry<JobHandler> handlers = new Registry<>("job kind", JobHandler::kind);

    /** Hypervisor types by their names. */
    public Registry<HypervisorType> hypervisors() {
        return hypervisors;
    }

    /** Storage types by their names. */
    public Registry<StorageType> storages() {
        return storages;
    }

    /** Transports by their names. */
    public Registry<Transport> transports() {
        return transports;
    }

    /** Processors by their names. */
    public Registry<Processor> processors() {
        return processors;
    }

    /** Formats for whole machines by their names. */
    public Registry<MachineFormat> formats() {
        return formats;
    }

    /** Job handlers by their kinds. */
    public Registry<JobHandler> handlers() {
        return handlers;
    }
}
