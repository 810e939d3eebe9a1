package io.doppel.core;

import io.doppel.api.error.ErrorCode;

/** Too little room: jobs are refused before they begin, or will be soon. */
public enum SpaceError implements ErrorCode {
    /** The target of a vault. */
    STORE(
            "DPL-SPC-0001",
            "A vault's storage target has too little free space for new backups.",
            "Free space with doppel:purge or make the target larger, or set a lower limit with doppel:space-set. Restores, validation"
                    + " and purges go on."),
    /** The disk of the catalogue. */
    CATALOGUE(
            "DPL-SPC-0002",
            "The disk of the server's catalogue has too little free space for new backups.",
            "Free space on the disk of the server's data folder, or set a lower limit with doppel:space-set. Restores, validation and"
                    + " purges go on."),
    /** The disk of the local indexes. */
    CACHE(
            "DPL-SPC-0003",
            "The disk of the server's local indexes has too little free space for new backups.",
            "Free space on the disk of the server's data folder, or set a lower limit with doppel:space-set. Restores, validation and"
                    + " purges go on."),
    /** Any place that is getting full. */
    LOW(
            "DPL-SPC-0004",
            "A place where jobs store something is getting full; backups still go on.",
            "Free space there, for a vault with doppel:purge, or make it larger, before new backups are refused; doppel:space-status shows"
                    + " the limits.");

    private final String id;
    private final String meaning;
    private final String advice;

    SpaceError(String id, String meaning, String advice) {
        this.id = id;
        this.meaning = meaning;
        this.advice = advice;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean retryable() {
        return true;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String advice() {
        return advice;
    }
}
