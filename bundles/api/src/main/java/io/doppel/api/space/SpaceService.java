package io.doppel.api.space;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Watches over the space of the vaults' targets, of the catalogue's disk and of the disk of the vaults' local indexes. Below one limit jobs
 * that store something warn; below another one they are refused before they begin. Looked at by each job and every few minutes between jobs. Restores, validation and purges are never refused. Safe
 * for several threads; changes are durable on return.
 */
@ProviderType
public interface SpaceService {
    /**
     * All places: the vaults by name, then those of this server. Opens vaults that are not open; what cannot be found out is said in the view
     * of the place.
     */
    List<SpaceView> status() throws DoppelException;

    /** The limits that can be set for places of that kind, for forms. */
    SettingsSpec settings(SpaceView.Kind kind);

    /**
     * Sets limits of a place; counts at once, also for runs that go on. What is not given stays as it is.
     *
     * @param place as in {@link SpaceView#place()}
     * @param some values of {@link #settings} as text
     * @return all limits as they are now
     * @throws DoppelException if there is no such place, or a limit is not allowed
     */
    Map<String, String> set(String place, Map<String, String> some) throws DoppelException;
}
