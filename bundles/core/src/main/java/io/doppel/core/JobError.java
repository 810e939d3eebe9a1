package io.doppel.core;

import io.doppel.api.error.ErrorCode;

/** The failures of jobs and of the core's own state. */
public enum JobError implements ErrorCode {
    /** A kind that is not there. */
    UNKNOWN_KIND(
            "DPL-JOB-0001",
            false,
            "There is no job kind of that name.",
            "List the kinds; if an add-on brings it, install or start the add-on."),
    /** A selection that makes no sense. */
    BAD_SELECTION(
            "DPL-JOB-0002",
            false,
            "The selection of machines is wrong.",
            "Give host/machine, host/*, tag:name, member:name or *, with ! before what shall be left out, and name hosts that"
                    + " were added."),
    /** A selection that selects nothing. */
    NO_MACHINES(
            "DPL-JOB-0003", false, "No machine fits the selection.", "List the machines and correct the selection."),
    /** A run that does not exist. */
    NO_RUN("DPL-JOB-0004", false, "There is no run of that number.", "List the runs and use one of their numbers."),
    /** A run that has not ended. */
    NOT_ENDED("DPL-JOB-0005", true, "The run has not ended.", "Wait for its end, or cancel it."),
    /** A run without failed parts. */
    NOTHING_FAILED("DPL-JOB-0006", false, "No part of the run failed.", "Submit the job again to run all of it."),
    /** The server went away. */
    INTERRUPTED(
            "DPL-JOB-0007",
            true,
            "The server ended while the run was open.",
            "Retry the run; what it stored is reused."),
    /** Something is in use. */
    IN_USE("DPL-JOB-0008", true, "A run uses it.", "Wait for the end of the run, or cancel it."),
    /** A disk nobody can open. */
    NO_WAY_TO_DISK(
            "DPL-JOB-0009",
            true,
            "No processor and transport that are there can open a disk.",
            "Install or start the plug-in that brings the transport, then run the job again."),
    /** A machine without disks. */
    NO_DISKS(
            "DPL-JOB-0010",
            false,
            "The machine or version has none of the disks that were asked for.",
            "List the machine's or version's disks and correct the selection."),
    /** Damage that validation found. */
    DAMAGE_FOUND(
            "DPL-JOB-0011",
            false,
            "Validation found damage.",
            "See the log of the run for the objects and versions concerned; check the disks of the storage target."),
    /** The state folder. */
    STATE_FOLDER(
            "DPL-JOB-0012",
            false,
            "The folder of the server's state cannot be used.",
            "Check that the folder exists, belongs to the server's user and has free space."),
    /** A restore that does not say where to. */
    NO_TARGET(
            "DPL-JOB-0013",
            false,
            "A restore needs either the name of a new machine or over-original.",
            "Give one of the two."),
    /** A vault whose versions cannot be changed. */
    VAULT_READ_ONLY(
            "DPL-JOB-0014",
            false,
            "The vault is attached for reading only.",
            "Use a vault that is attached for writing."),
    /** A boot test that failed. */
    BOOT(
            "DPL-JOB-0015",
            false,
            "A restored machine did not start as it should in a boot test.",
            "Restore the version under another name, start it and look at its console; back the machine up again if it is"
                    + " broken there."),
    /** A place that has another vault. */
    OTHER_VAULT(
            "DPL-JOB-0016",
            false,
            "The storage target has another vault than the one that is known here.",
            "Give the place of the right vault. To use the one that is there as well, add it under a name of its own.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    JobError(String id, boolean retryable, String meaning, String advice) {
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
