package io.doppel.storage.offsite.wire;

import io.doppel.api.error.ErrorCode;

/** Why an offsite module does not serve a server, where the advice is another than that of storage targets in general. */
public enum ModuleError implements ErrorCode {
    /** Wrong token, wrong certificate, or too late. */
    NOT_KNOWN(
            "DPL-OFC-0001",
            "The offsite module does not accept this server: its client was removed or renewed there, or the enrolment"
                    + " code is too old or was used by another server.",
            "Ask the module's admin for a new code (doppel:offsite-client-renew) and set it as 'code'"
                    + " (doppel:vault-set). If nobody removed or renewed the client, have doppel:offsite-alerts looked at."),
    /** The admin locked it. */
    LOCKED(
            "DPL-OFC-0002",
            "The offsite module's admin locked this client; nothing is taken or deleted meanwhile.",
            "Ask the module's admin why; doppel:offsite-client-lock NAME --off unlocks it."),
    /** Something else answers. */
    NO_MODULE(
            "DPL-OFC-0003",
            "What answers at the address of the offsite module is something else.",
            "Check host and port, and where a forwarded port leads; doppel:offsite-status at the module tells its port."),
    /** Another version. */
    VERSION(
            "DPL-OFC-0004",
            "What answers does not speak this version of the offsite protocol.",
            "Update Doppel at the site that has the older version; check that the port is that of an offsite module."),
    /** Another key than in the code. */
    OTHER_MODULE(
            "DPL-OFC-0005",
            "The offsite module shows another certificate than the one in the enrolment code; nothing was sent to it.",
            "Check host and port. If the module lost its key file, its admin gives a new code"
                    + " (doppel:offsite-client-renew); otherwise somebody may stand between the sites.");

    private final String id;
    private final String meaning;
    private final String advice;

    ModuleError(String id, String meaning, String advice) {
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
        return false;
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
