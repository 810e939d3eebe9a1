package io.doppel.core;

import io.doppel.api.error.ErrorCode;

/** Jobs that are refused because there is too little room, before they begin. */
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
                    + " purges go on.");

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
