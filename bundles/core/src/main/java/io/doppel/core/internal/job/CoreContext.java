package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.core.internal.plugin.Calls;
import io.doppel.core.internal.plugin.Gate;
import io.doppel.spi.job.JobContext;
import java.util.Collection;

/** What the core's own job handlers get beyond what add-ons get. */
public interface CoreContext extends JobContext {
    /**
     * Something that may hang in a plug-in or on a network.
     *
     * @param <T> what it gives
     */
    interface Call<T> {
        /** Does it. */
        T run() throws DoppelException;
    }

    /** Ends the work when the plug-in leaves. */
    void dependOn(Gate gate);

    /**
     * Has the run end soon after the work is told to stop although one of these calls does not come back. The work goes on by itself until
     * it has, with all that it holds.
     */
    void waitsFor(Calls calls);

    /** Holds more than the engine has claimed already; waits if need be, which the log tells. */
    Claims.Hold claim(Collection<Claim> claims) throws DoppelException;

    /**
     * Holds something more that no limit counts for, so that nobody has it alone meanwhile; waits only for who has it alone
     * now.
     */
    Claims.Hold claimBeside(Claim claim) throws DoppelException;

    /**
     * Calls what may hang, such as connecting. When the work is told to stop meanwhile this throws the reason at once; the call goes on
     * by itself, and its late result must harm nobody.
     */
    <T> T unlessCancelled(Call<T> call) throws DoppelException;
}
