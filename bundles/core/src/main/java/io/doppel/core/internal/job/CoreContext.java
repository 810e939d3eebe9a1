package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.spi.job.JobContext;
import java.util.Collection;

/** What the core's own job handlers get beyond what add-ons get. */
public interface CoreContext extends JobContext {
    /** Ends the work when the plug-in leaves. */
    void dependOn(Gate gate);

    /** Holds more than the engine has claimed already; waits if need be, which the log tells. */
    Claims.Hold claim(Collection<Claim> claims) throws DoppelException;
}
