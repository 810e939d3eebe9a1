package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** The limits of free space, by place: a word, or the own id of a vault. Safe for several threads; changes are durable on return. */
@ProviderType
public interface SpaceRecords {
    /** Keeps the limits of a place. */
    void putLimits(String place, Map<String, String> limits) throws DoppelException;

    /** The limits of a place; empty if none were kept. */
    Map<String, String> limits(String place) throws DoppelException;
}
