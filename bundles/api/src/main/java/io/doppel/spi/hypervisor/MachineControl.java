package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Starting and removing machines that restores of this installation made, as a boot test needs it. Every method refuses a
 * machine that this installation did not make.
 */
@ConsumerType
public interface MachineControl {
    /** Starts a machine that is off; one that runs already is left alone. */
    void start(String machineId, HostWork work) throws DoppelException;

    /** How far a machine is. */
    GuestState state(String machineId) throws DoppelException;

    /** Stops a machine at once and removes it with its disks. Idempotent: one that is gone is no failure. */
    void destroy(String machineId) throws DoppelException;

    /**
     * How far a machine is.
     *
     * @param running whether it is powered on
     * @param guestReports whether software inside it reported to the hypervisor since it was started
     * @param details what it reported (system, addresses), for people; possibly empty
     */
    record GuestState(boolean running, boolean guestReports, String details) {}
}
