package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.ErrorCode;

/** What can go wrong with XenServer and XCP-ng beside what the pool itself names. */
enum XenError implements ErrorCode {
    NO_MACHINE(
            "DPL-XEN-0001",
            false,
            "The pool has no machine of that id.",
            "List the machines of the host; templates, snapshots and Doppel's own helpers are not machines."),
    NO_DISK("DPL-XEN-0002", false, "The machine has no disk of that key.", "List the machine's disks."),
    BLOCKED(
            "DPL-XEN-0003",
            false,
            "Somebody blocked snapshots of the machine in the pool.",
            "Remove the blocked operation from the machine (xe vm-param-remove param-name=blocked-operations)."),
    CHAIN(
            "DPL-XEN-0004",
            true,
            "A disk's chain of snapshots is nearly as long as the storage allows; no snapshot was added to it.",
            "Delete snapshots that nobody needs and wait until the storage has coalesced; a scan of it was started."),
    NO_STORAGE(
            "DPL-XEN-0005",
            false,
            "The storage repository for a restore does not exist, is not attached, or is not to be guessed.",
            "Name one of the pool's storage repositories in the restore's option 'storage'."),
    NO_ROOM(
            "DPL-XEN-0006",
            true,
            "The storage repository has not enough room for the restore.",
            "Free space on it, or name another one in the restore's option 'storage'."),
    NO_NETWORK(
            "DPL-XEN-0007",
            false,
            "A network named in the restore's option 'networks' does not exist in the pool.",
            "Name one of the pool's networks by its name or uuid."),
    RUNNING(
            "DPL-XEN-0008",
            true,
            "The machine to restore over is not off.",
            "Shut it down, or set the restore's option 'shut-down'."),
    SWAP_UNFINISHED(
            "DPL-XEN-0009",
            true,
            "A restore over this machine was interrupted while its disks were swapped.",
            "Connect the host again (list its machines): the swap is then completed; if another Doppel server began it, that server must do it."),
    SWAP_CONFLICT(
            "DPL-XEN-0010",
            false,
            "A disk was attached to the machine where a restored one must go; nothing was overwritten.",
            "Detach it in the pool, then connect the host again to complete the swap, or run the restore again."),
    NOT_OURS(
            "DPL-XEN-0011",
            false,
            "The machine was not made by a restore of this installation for a test.",
            "Start and remove other machines in the pool itself."),
    BAD_OPTION(
            "DPL-XEN-0012",
            false,
            "An option cannot be understood.",
            "Write 'storage' and 'networks' as key=value entries separated by commas."),
    DISK_GONE(
            "DPL-XEN-0013",
            false,
            "A restored disk is not there any more when the restore is finished.",
            "Run the restore again; do not touch its disks in the pool while it runs.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    XenError(String id, boolean retryable, String meaning, String advice) {
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
