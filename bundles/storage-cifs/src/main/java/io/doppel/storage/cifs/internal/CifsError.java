package io.doppel.storage.cifs.internal;

import io.doppel.api.error.ErrorCode;

/** What keeps a share from being opened, or from being used any more, where the advice is another than that of storage targets in general. */
public enum CifsError implements ErrorCode {
    /** Wrong user or password. */
    LOGIN(
            "DPL-CIF-0001",
            false,
            "The server of the share does not accept user name and password.",
            "Set the right ones, of a vault that is attached with doppel:vault-set; for an account of a domain set the domain, too."),
    /** The account may not log in. */
    ACCOUNT(
            "DPL-CIF-0002",
            false,
            "The account is locked, switched off, expired, or may not log in now or from here, or its password expired.",
            "Have the account put in order on the server or in the domain; use one whose password does not expire."),
    /** No such share. */
    NO_SHARE(
            "DPL-CIF-0003",
            false,
            "The server has no share of that name for files.",
            "Check the share's name on the server; a folder inside of it goes into the setting path."),
    /** No common dialect. */
    DIALECT(
            "DPL-CIF-0004",
            false,
            "The server speaks no version of SMB that is allowed.",
            "Switch on SMB 3 on the server, or set an older minimum dialect; nothing below 2.1 is spoken."),
    /** No encryption. */
    ENCRYPTION(
            "DPL-CIF-0005",
            false,
            "Encryption is required and the server does not offer it.",
            "Switch on SMB encryption on the server (SMB 3.0 or newer), or do not require it."),
    /** Wrong or missing signatures. */
    SIGNING(
            "DPL-CIF-0006",
            false,
            "What the server answers is not protected as it must be.",
            "Check that nothing between here and the server changes connections; switch on signing on the server."),
    /** Taken for a guest. */
    GUEST(
            "DPL-CIF-0007",
            false,
            "The server let the user in as a guest, which protects nothing.",
            "Make the user known to the server, and switch off guests (Samba: map to guest = never)."),
    /** NTLM is off. */
    NTLM(
            "DPL-CIF-0008",
            false,
            "The server refuses NTLM, and Doppel speaks no Kerberos.",
            "Allow NTLMv2 on the server for this account."),
    /** Clocks differ. */
    CLOCK(
            "DPL-CIF-0009",
            false,
            "The clocks of the server and of its domain controller differ too much.",
            "Set the clocks of the server and the domain controller by the same time server."),
    /** No domain controller. */
    DOMAIN(
            "DPL-CIF-0010",
            true,
            "The server of the share finds no domain controller to ask.",
            "Check the domain controllers and the server's connection to them, then try again.");

    private final String id;
    private final boolean retryable;
    private final String meaning;
    private final String advice;

    CifsError(String id, boolean retryable, String meaning, String advice) {
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
