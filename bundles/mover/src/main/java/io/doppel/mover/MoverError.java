package io.doppel.mover;

import io.doppel.api.error.ErrorCode;

/** The failures of the data path. */
public enum MoverError implements ErrorCode {
    /** No transport for a disk. */
    NO_TRANSPORT(
            "DPL-MOV-0001",
            true,
            "No transport that is installed can open the disk.",
            "Install or start the plug-in that brings the transport, then run the job again."),
    /** What was written is not what it should be. */
    VERIFY(
            "DPL-MOV-0002",
            true,
            "A disk that was written reads back differently.",
            "Check the target's disks and memory, then run the restore again; nothing was put in place."),
    /** The target has another size. */
    SIZE(
            "DPL-MOV-0003",
            false,
            "A disk to be written has another size than the version's disk.",
            "Restore to a new machine, or to a disk of the same size."),
    /** A combination of ends that this processor does not move. */
    ENDS(
            "DPL-MOV-0004",
            false,
            "The local processor cannot move between these ends.",
            "Report it with the log of the server."),
    /** A disk changed its size while it was read. */
    OTHER_SIZE(
            "DPL-MOV-0005",
            false,
            "A disk that was opened again in the middle of a transfer has another size than before.",
            "Run the backup again when nobody changes the disk's size.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    MoverError(String id, boolean retryable, String meaning, String advice) {
        this.id = id;
        this.retryable = retryable;
        this.meaning = meaning;
        this.advice = advice;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean retryable() {
        return retryable;
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
