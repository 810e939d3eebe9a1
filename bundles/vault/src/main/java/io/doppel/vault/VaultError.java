package io.doppel.vault;

import io.doppel.api.error.ErrorCode;

/** The failures of vaults. */
public enum VaultError implements ErrorCode {
    /** No vault at that place. */
    NO_VAULT(
            "DPL-VLT-0001",
            false,
            "There is no vault at the storage target.",
            "Check the place and that it is mounted; to make a new vault there, add it without --attach."),
    /** A vault is there already. */
    EXISTS(
            "DPL-VLT-0002",
            false,
            "There already is a vault at the storage target.",
            "Use --attach to use it, or another place for a new one."),
    /** Made by something newer. */
    NEWER_FORMAT(
            "DPL-VLT-0003",
            false,
            "The vault has a format or feature that this version of Doppel does not know.",
            "Update Doppel; nothing was changed. If the vault was never used by a newer one, its object 'config' is damaged: move it away, and the vault uses its copy."),
    /** The key does not fit. */
    WRONG_KEY(
            "DPL-VLT-0004",
            false,
            "The passphrase or key does not open the vault.",
            "Try again with the right passphrase, or use the recovery key. If it surely is the right one, the vault's object 'config' and its copy may be damaged."),
    /** No key at hand. */
    LOCKED(
            "DPL-VLT-0005",
            false,
            "The vault's key file on this server is missing or damaged.",
            "Attach the vault again with its passphrase or recovery key."),
    /** Another server has it. */
    HELD(
            "DPL-VLT-0006",
            false,
            "Another server holds the vault.",
            "Stop that server first. Only if it is gone for good, use --take-over; to look beside it, --read-only."),
    /** Another server took it over. */
    LEASE_LOST(
            "DPL-VLT-0007",
            false,
            "Another server took over the vault; nothing more is published from here.",
            "Remove the vault here, or take it over again if that was a mistake."),
    /** Opened for reading only. */
    READ_ONLY("DPL-VLT-0008", false, "The vault is open for reading only.", "Attach it for writing to change it."),
    /** A descriptive object is wrong. */
    DAMAGED_OBJECT(
            "DPL-VLT-0009",
            false,
            "An object of the vault is damaged.",
            "Check the target's disks, and validate the vault to learn what depends on it. If the vault cannot be attached because of it, --take-over goes on with what is whole."),
    /** A descriptive object is gone. */
    MISSING_OBJECT(
            "DPL-VLT-0010",
            false,
            "An object of the vault is missing.",
            "Check who else can delete on the target, and validate the vault to learn what depends on it. If the vault cannot be attached because of it, --take-over goes on with what is there."),
    /** It was set back to an older state. */
    ROLLED_BACK(
            "DPL-VLT-0011",
            false,
            "The vault was set back to an earlier state: versions that this server knows are not in it any more.",
            "Find out who restored or deleted data on the target. To accept the earlier state, attach the vault with --take-over."),
    /** A chunk or node cannot be read right. */
    DAMAGED_DATA(
            "DPL-VLT-0012",
            false,
            "Stored data is damaged or missing.",
            "Validate the vault to see which versions are affected; restore another version, or this one without what is lost (--skip-damaged); the next backup of a disk that still holds the data stores it anew."),
    /** No such version. */
    NO_VERSION("DPL-VLT-0013", false, "The vault has no such version.", "List the versions and use one of their ids."),
    /** No such disk. */
    NO_DISK("DPL-VLT-0014", false, "The version has no such disk.", "Show the version and use one of its disks."),
    /** A pack that is needed is missing or damaged. */
    PACK_GONE(
            "DPL-VLT-0015",
            true,
            "A pack that the new version needs is missing or damaged; the version was not published.",
            "Run the job again: it reads what is missing from the disks and stores it anew. Then validate the vault, and find out who deletes on the target."),
    /** The key file cannot be kept. */
    KEY_FILE(
            "DPL-VLT-0016",
            false,
            "The vault's key file on this server cannot be read or written.",
            "Check the permissions and the free space of the server's data folder."),
    /** The server's copy of the vault's state is wrong. */
    LOCAL_STATE(
            "DPL-VLT-0017",
            false,
            "What this server remembers of the vault cannot be read.",
            "Check the disk of the server's data folder, then attach the vault again."),
    /** Closed under the hands of whoever used it. */
    CLOSED(
            "DPL-VLT-0018",
            true,
            "The vault was closed while it was in use: it was removed here, its storage type's plug-in left, or the server is stopping.",
            "Once the vault is there again, run the job again; what was stored is reused."),
    /** Something was published in between. */
    MOVED_ON(
            "DPL-VLT-0019",
            true,
            "The vault changed while space was being given back.",
            "Run the purge again; nothing was lost, and what was done already stays done."),
    /** A tree cannot be read. */
    UNKNOWN_NEED(
            "DPL-VLT-0020",
            false,
            "What a version needs cannot be told, because a part of its tree is damaged; nothing was deleted.",
            "Validate the vault. Back up the machine again, which stores what is still on its disks anew, or remove that version; then purge again."),
    /** A version is needed. */
    IN_USE(
            "DPL-VLT-0021",
            true,
            "The version is in use.",
            "Wait until the backup or restore that uses it has ended, and try again."),
    /** Two collections at once. */
    BUSY(
            "DPL-VLT-0022",
            true,
            "Space is being given back in this vault already.",
            "Wait until that purge has ended, or cancel it."),
    /** No such key slot. */
    NO_SLOT(
            "DPL-VLT-0041",
            false,
            "The vault has no such key slot, or more than one of that label.",
            "List the slots with doppel:key-list and use the id of one."),
    /** A slot without which people are locked out. */
    LAST_SLOT(
            "DPL-VLT-0042",
            false,
            "The key slot stays, because without it nobody could open the vault when this server is lost.",
            "Add another one first: doppel:key-add, with --recovery for a slot of the recovery key."),
    /** The slot that this server opens the vault with. */
    OWN_SLOT(
            "DPL-VLT-0043",
            false,
            "The key slot is that of this server's own key file.",
            "To replace key file and slot by new ones, use doppel:key-rotate; to end this server's use of the vault, doppel:vault-remove, then remove its slot from another server."),
    /** What was written does not come back as it should. */
    SLOT_NOT_PROVEN(
            "DPL-VLT-0044",
            false,
            "A new key slot did not open the vault when it was read back; the old one was left as it is.",
            "Validate the vault and check the target's disks, then try again."),
    /** Two slots would have one name. */
    SLOT_EXISTS(
            "DPL-VLT-0045",
            false,
            "The vault has a key slot of that label already.",
            "Use another label, or doppel:key-passwd to change that slot's passphrase."),
    /** A slot whose key takes too much memory to make. */
    SLOT_MEMORY(
            "DPL-VLT-0046",
            false,
            "A key slot asks for more memory than this server can give it; it was not tried.",
            "Use the recovery key or another slot's passphrase, or give the server more memory. If nobody made such a slot, find out who writes on the target, and remove it with doppel:key-remove."),
    /** Somebody holds the version. */
    ON_HOLD(
            "DPL-VLT-0051",
            true,
            "The version is held and is not removed.",
            "Holds of restores end with them; see doppel:hold-list. A lasting hold, or that of a server that is gone for good, is ended with doppel:hold-remove."),
    /** Nobody knows which version is held. */
    UNREADABLE_HOLD(
            "DPL-VLT-0052",
            false,
            "A hold in the vault cannot be read; as it may be one of any version, none is removed.",
            "Find out who changed the object on the target, and put it back if there is a copy. Otherwise end it with doppel:hold-remove and its id; if it may have been a lasting one, put that again."),
    /** No such hold. */
    NO_HOLD(
            "DPL-VLT-0053",
            false,
            "The vault has no such hold.",
            "List the holds with doppel:hold-list and use the id of one."),
    /** The holder answers. */
    HOLDER_LIVES(
            "DPL-VLT-0061",
            false,
            "The server that holds the vault lives and answers; it was not taken over.",
            "Stop that server, or remove the vault there; then it releases the vault by itself. If it must be cut off although it lives, force it: what it stores from then on fails, and what it stored before stays."),
    /** This server was recovered elsewhere. */
    REPLACED(
            "DPL-VLT-0062",
            false,
            "Another server was recovered from a copy of this one and goes on in its place.",
            "Switch this server off for good. If it shall be the one after all, stop the other, and add the vault here again with --take-over; versions that the other stored stay."),
    /** No copy. */
    NO_COPY(
            "DPL-VLT-0063",
            false,
            "The vault has no such recovery copy.",
            "List the copies with doppel:recover --list; each server that attached the vault for writing puts some."),
    /** Two vaults that cannot be used together. */
    OTHER_DOMAIN(
            "DPL-VLT-0064",
            false,
            "The two vaults do not share a dedup domain, so one cannot take over content of the other.",
            "Make a vault that shares the domain: doppel:vault-add with --domain-of and the name of the other one. A vault that exists cannot change its domain."),
    /** Content that is damaged where it is to be copied from. */
    DAMAGED_SOURCE(
            "DPL-VLT-0065",
            false,
            "A version cannot be copied whole, because content that it needs is damaged where it is; it was not published in the other vault.",
            "Validate the vault that it is copied from. If the other vault, or a disk, still has the content, copying back or the next backup heals it; then run the job again. Other versions are not concerned unless they are named too."),
    /** What was sent is not there as it was sent. */
    NOT_ARRIVED(
            "DPL-VLT-0066",
            true,
            "What was copied to the other vault could not be read back as it was sent; the version was not published there.",
            "Run the job again, which sends it again. If that repeats, check the target's disks and validate the vault."),
    /** The local copy of the index cannot be kept. */
    LOCAL_INDEX(
            "DPL-VLT-0025",
            true,
            "The copy of the vault's index in the server's data folder cannot be written or read.",
            "Check the disk, the permissions and the free space of the server's data folder: the index takes about 270 MiB there for each TiB of unique data. Nothing in the vault is concerned.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    VaultError(String id, boolean retryable, String meaning, String advice) {
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
