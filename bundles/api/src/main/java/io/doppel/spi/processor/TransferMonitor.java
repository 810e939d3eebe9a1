package io.doppel.spi.processor;

import io.doppel.api.job.CancelToken;
import io.doppel.api.job.Progress;
import org.osgi.annotation.versioning.ProviderType;

/** How a processor reports and learns that it shall stop. Safe for several threads. */
@ProviderType
public interface TransferMonitor {
    /** Tells whether to stop. */
    CancelToken cancel();

    /** Says how far a disk is; called at least once a second and at most ten times a second for each disk. */
    void progress(String diskKey, Progress progress);

    /** Something a person should know about a disk, for example damage that was stored anew. */
    void warning(String diskKey, String text);
}
