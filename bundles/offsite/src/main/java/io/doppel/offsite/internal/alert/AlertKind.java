package io.doppel.offsite.internal.alert;

import java.util.Locale;

/** What an admin of the module is told of. */
public enum AlertKind {
    /** Much was condemned within a day. */
    MASS_CONDEMNATION,
    /** Something was condemned without which a vault may not open. */
    KEYS,
    /** The newest state of a vault was condemned. */
    NEWEST_HEAD,
    /** The quota is nearly used up. */
    QUOTA,
    /** Somebody came with a wrong token, or with a right one and another certificate. */
    TOKEN,
    /** The time of day jumped. */
    CLOCK,
    /** Something on the module's disk is not as it was written. */
    DAMAGE,
    /** The module could not do its own work. */
    FAILURE;

    /** Its name for people. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
