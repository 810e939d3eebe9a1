package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.ErrorCode;

/** What can go wrong with folders of images. */
enum FolderError implements ErrorCode {
    NO_FOLDER(
            "DPL-FLD-0001",
            true,
            "The folder of the host does not exist or is no folder.",
            "Check the path and that its file system is mounted."),
    UNREADABLE(
            "DPL-FLD-0002",
            false,
            "The server's user may not read a folder, or reading it failed.",
            "Give the user that runs Doppel the right to list the folder and to read its files."),
    NO_MACHINE(
            "DPL-FLD-0003",
            false,
            "The host has no machine of that id.",
            "List the machines of the host; a machine is a folder that directly contains image files."),
    NO_DISK("DPL-FLD-0004", false, "The machine has no disk of that key.", "List the machine's disks."),
    TWO_IMAGES_ONE_NAME(
            "DPL-FLD-0005",
            false,
            "Two images of a machine have the same name but for their ending, so it is not clear which is the disk.",
            "Rename one of them, or move the one that the machine does not use out of the folder."),
    SAME_FILE_TWICE(
            "DPL-FLD-0006",
            false,
            "Two image names of a machine lead to one and the same file.",
            "Remove the extra hard or symbolic link."),
    LEAVES_TREE(
            "DPL-FLD-0007",
            false,
            "A symbolic link leads out of the host's folder and is not followed.",
            "Put the file itself into the machine's folder, or add a host for the place where it lies."),
    BAD_NAME(
            "DPL-FLD-0008",
            false,
            "A name cannot be used for a folder or a file here.",
            "Choose a name without slash and control characters, not starting with a dot, of at most 255 bytes."),
    MACHINE_EXISTS(
            "DPL-FLD-0009",
            false,
            "A folder of the name of the new machine exists already.",
            "Choose another name, or restore over the original."),
    RESTORE_UNFINISHED(
            "DPL-FLD-0010",
            true,
            "A restore over this machine was interrupted while its disks were swapped.",
            "Connect the host again (list its machines): the swap is then completed; if another Doppel server began it, that server must do it."),
    SWAP_CONFLICT(
            "DPL-FLD-0011",
            false,
            "Something is in the machine's folder where a restored file must go; nothing was overwritten.",
            "Move it away, then connect the host again (list its machines) if the swap had begun, otherwise run the restore again."),
    WRITE_FAILED(
            "DPL-FLD-0012",
            true,
            "Writing into the host's folder failed.",
            "Check the rights, the free space and the device, then try again."),
    NOT_RESTORED(
            "DPL-FLD-0013",
            false,
            "A restored disk is not there or has not the right size when the restore is finished.",
            "Run the restore again; do not touch its hidden folder while it runs."),
    BAD_ACCESS(
            "DPL-FLD-0014",
            false,
            "A disk access is not one that this plug-in made.",
            "Report it with the log of the server.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    FolderError(String id, boolean retryable, String meaning, String advice) {
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
