package io.doppel.spi.storage;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import org.osgi.annotation.versioning.ConsumerType;

/** A kind of storage target: the service a plug-in registers. Stateless; called from any thread. */
@ConsumerType
public interface StorageType {
    /** Name of the field with which a target is opened for reading only. */
    String READ_ONLY = "read-only";

    /** Short word in lower case that people type, unique among plug-ins; never changes. */
    String name();

    /** One line for people. */
    String title();

    /**
     * What a person fills in to add a target of this type. A field {@link #READ_ONLY} of type BOOLEAN opens the target so that nothing is
     * written there, not even what is temporary; types that have it are looked at that way before anything is changed.
     */
    SettingsSpec settings();

    /**
     * Opens the target, checking that it is there and that its rights and its ways suffice (for example that exclusive
     * creation works). Removes own temporary leftovers of writers that no longer live; never a named object.
     */
    Storage open(Settings settings, SecretStore secrets) throws DoppelException;
}
