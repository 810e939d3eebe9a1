package io.doppel.disks;

import io.doppel.api.error.ErrorCode;

/** What can be wrong with a disk image. */
public enum DiskError implements ErrorCode {
    /** No such image. */
    NOT_FOUND(
            "DPL-DSK-0001",
            false,
            "An image file does not exist or is no regular file.",
            "Check the name, and that the folder is mounted."),
    /** No right to read or write. */
    DENIED(
            "DPL-DSK-0002",
            false,
            "The server's user may not read or write an image file or its folder.",
            "Give the user that runs Doppel the rights to the file and to every folder above it."),
    /** Not what its name says. */
    NOT_AN_IMAGE(
            "DPL-DSK-0003",
            false,
            "The content of a file is not of the format that its name promises, or of none that Doppel reads.",
            "Check the file with qemu-img info; rename a raw image to .raw."),
    /** Shorter than its tables say. */
    TRUNCATED(
            "DPL-DSK-0004",
            false,
            "An image ends before data that its tables refer to.",
            "Copy the image again from its source, or repair it with the hypervisor's tools."),
    /** Tables that make no sense. */
    CORRUPT(
            "DPL-DSK-0005",
            false,
            "The tables of an image are damaged or contradict each other.",
            "Check the image with qemu-img check or the hypervisor's tools and repair it; keep older versions until then."),
    /** A feature we do not read. */
    UNSUPPORTED(
            "DPL-DSK-0006",
            false,
            "An image uses a feature of its format that Doppel does not read.",
            "Convert the image, for example with qemu-img convert, or leave the disk out."),
    /** Parent not there. */
    PARENT_MISSING(
            "DPL-DSK-0007",
            false,
            "The parent of a differencing image is not in the same folder.",
            "Put the parent beside the image, or merge the two with the hypervisor's tools."),
    /** Parent outside the folder. */
    PARENT_REFUSED(
            "DPL-DSK-0008",
            false,
            "An image names a parent outside its own folder; following it could disclose other files.",
            "Put the parent into the same folder and correct the reference (for qcow2: qemu-img rebase -u)."),
    /** Another file than the parent. */
    PARENT_MISMATCH(
            "DPL-DSK-0009",
            false,
            "The file that has the parent's name is not the parent, or was changed after the child was made.",
            "Put the right parent beside the image."),
    /** Too many parents. */
    CHAIN_TOO_LONG(
            "DPL-DSK-0010",
            false,
            "A chain of parents is too long or leads back to itself.",
            "Merge the chain with the hypervisor's tools."),
    /** Changed under our hands. */
    CHANGED(
            "DPL-DSK-0011",
            true,
            "An image was written, replaced, shortened or grown while it was read.",
            "Stop whatever writes the image, or let its hypervisor take a snapshot, then run the job again."),
    /** Reading or writing failed. */
    IO(
            "DPL-DSK-0012",
            true,
            "Reading or writing an image failed.",
            "Check the device and the system's log, then try again."),
    /** No space. */
    FULL(
            "DPL-DSK-0013",
            true,
            "There is no space left where an image is written.",
            "Make space on the target, then try again."),
    /** Used after closing. */
    CLOSED(
            "DPL-DSK-0014",
            true,
            "An image was closed while it was still in use.",
            "Run the job again; if it happens again, report it."),
    /** Writing where something is. */
    EXISTS(
            "DPL-DSK-0015",
            false,
            "A file of the name to be written exists already.",
            "Choose another name or remove the file."),
    /** A stream was cut off. */
    CUT_OFF(
            "DPL-DSK-0016",
            true,
            "A stream of a disk or a machine ended before its end.",
            "Check the connection and the log of whoever sends it, then run the job again."),
    /** A checksum in a stream does not match. */
    BAD_CHECKSUM(
            "DPL-DSK-0017",
            true,
            "A checksum inside a stream does not match the data before it.",
            "Run the job again; if the same place fails again, what was exported is damaged: export it anew."),
    /** More than the format can hold. */
    TOO_LARGE(
            "DPL-DSK-0018",
            false,
            "A disk is larger than the format to be written can hold; 2040 GiB for VHD, 95 TiB for XVA.",
            "Choose another format, such as raw.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    DiskError(String id, boolean retryable, String meaning, String advice) {
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
