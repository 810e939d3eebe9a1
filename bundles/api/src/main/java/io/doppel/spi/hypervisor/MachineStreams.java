package io.doppel.spi.hypervisor;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** Whole machines as one stream in the hypervisor's own format: Standard replication, and export to a file. */
@ConsumerType
public interface MachineStreams {
    /** Name of the format, for example {@code xva}; a stream of one host can be given to another of the same format. */
    String format();

    /** Options of {@link #receive}: where disks and networks go. */
    SettingsSpec receiveOptions();

    /**
     * Takes a snapshot and opens it as a stream.
     *
     * @param machineId the machine
     */
    Outgoing send(String machineId, HostWork work) throws DoppelException;

    /**
     * Makes a machine of a stream. On failure and on cancel nothing is left on the host.
     *
     * @param content the stream; read to its end, not closed
     * @param name name of the new machine
     * @param options checked values of {@link #receiveOptions}
     * @return id of the machine made
     */
    String receive(InputStream content, String name, Map<String, String> options, HostWork work)
            throws DoppelException, IOException;

    /** A machine under way. Closing it ends the stream and removes the snapshot. */
    @ConsumerType
    interface Outgoing extends AutoCloseable {
        /** The machine's bytes; reading fails when the host says that the export failed. */
        InputStream content();

        /** About how many bytes come, for the progress; 0 if not known. */
        long expectedBytes();

        /**
         * Called after the last byte: waits until the host says how the export ended.
         *
         * @throws DoppelException if it failed; what was read is then worth nothing
         */
        void complete() throws DoppelException;

        /** Ends the stream and removes the snapshot. A second close does nothing. */
        @Override
        void close() throws DoppelException;
    }
}
