package io.doppel.storage.cifs.internal.smb;

import java.util.Map;

/** Values of NTSTATUS, [MS-ERREF] 2.3.1. */
public final class SmbStatus {
    public static final int SUCCESS = 0;
    public static final int PENDING = 0x103;
    public static final int BUFFER_OVERFLOW = 0x80000005;
    public static final int NO_MORE_FILES = 0x80000006;
    public static final int NOT_IMPLEMENTED = 0xC0000002;
    public static final int INVALID_PARAMETER = 0xC000000D;
    public static final int NO_SUCH_FILE = 0xC000000F;
    public static final int INVALID_DEVICE_REQUEST = 0xC0000010;
    public static final int END_OF_FILE = 0xC0000011;
    public static final int MORE_PROCESSING = 0xC0000016;
    public static final int ACCESS_DENIED = 0xC0000022;
    public static final int OBJECT_NAME_INVALID = 0xC0000033;
    public static final int OBJECT_NAME_NOT_FOUND = 0xC0000034;
    public static final int OBJECT_NAME_COLLISION = 0xC0000035;
    public static final int OBJECT_PATH_NOT_FOUND = 0xC000003A;
    public static final int SHARING_VIOLATION = 0xC0000043;
    public static final int QUOTA_EXCEEDED = 0xC0000044;
    public static final int FILE_LOCK_CONFLICT = 0xC0000054;
    public static final int DELETE_PENDING = 0xC0000056;
    public static final int WRONG_PASSWORD = 0xC000006A;
    public static final int LOGON_FAILURE = 0xC000006D;
    public static final int ACCOUNT_RESTRICTION = 0xC000006E;
    public static final int INVALID_LOGON_HOURS = 0xC000006F;
    public static final int INVALID_WORKSTATION = 0xC0000070;
    public static final int PASSWORD_EXPIRED = 0xC0000071;
    public static final int ACCOUNT_DISABLED = 0xC0000072;
    public static final int DISK_FULL = 0xC000007F;
    public static final int INSUFFICIENT_RESOURCES = 0xC000009A;
    public static final int MEDIA_WRITE_PROTECTED = 0xC00000A2;
    public static final int FILE_IS_A_DIRECTORY = 0xC00000BA;
    public static final int NOT_SUPPORTED = 0xC00000BB;
    public static final int NETWORK_NAME_DELETED = 0xC00000C9;
    public static final int BAD_NETWORK_NAME = 0xC00000CC;
    public static final int REQUEST_NOT_ACCEPTED = 0xC00000D0;
    public static final int NOT_SAME_DEVICE = 0xC00000D4;
    public static final int TIME_DIFFERENCE_AT_DC = 0xC0000133;
    public static final int NOT_A_DIRECTORY = 0xC0000103;
    public static final int FILE_CLOSED = 0xC0000128;
    public static final int NO_LOGON_SERVERS = 0xC000005E;
    public static final int LOGON_TYPE_NOT_GRANTED = 0xC000015B;
    public static final int ACCOUNT_EXPIRED = 0xC0000193;
    public static final int USER_SESSION_DELETED = 0xC0000203;
    public static final int PASSWORD_MUST_CHANGE = 0xC0000224;
    public static final int ACCOUNT_LOCKED_OUT = 0xC0000234;
    public static final int PATH_NOT_COVERED = 0xC0000257;
    public static final int NETWORK_SESSION_EXPIRED = 0xC000035C;
    public static final int NTLM_BLOCKED = 0xC0000418;
    public static final int TOO_MANY_LINKS = 0xC0000265;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(ACCESS_DENIED, "access denied"),
            Map.entry(OBJECT_NAME_INVALID, "the server does not allow the name"),
            Map.entry(OBJECT_NAME_NOT_FOUND, "not found"),
            Map.entry(OBJECT_PATH_NOT_FOUND, "the folder is not there"),
            Map.entry(OBJECT_NAME_COLLISION, "the name is taken"),
            Map.entry(SHARING_VIOLATION, "opened by somebody else"),
            Map.entry(DELETE_PENDING, "about to be deleted"),
            Map.entry(DISK_FULL, "no space left"),
            Map.entry(QUOTA_EXCEEDED, "quota exceeded"),
            Map.entry(MEDIA_WRITE_PROTECTED, "read-only"),
            Map.entry(NOT_SUPPORTED, "not supported"),
            Map.entry(NOT_IMPLEMENTED, "not supported"),
            Map.entry(INVALID_DEVICE_REQUEST, "not supported"),
            Map.entry(BAD_NETWORK_NAME, "no such share"),
            Map.entry(NETWORK_NAME_DELETED, "the share is gone"),
            Map.entry(USER_SESSION_DELETED, "the session ended"),
            Map.entry(NETWORK_SESSION_EXPIRED, "the session expired"),
            Map.entry(LOGON_FAILURE, "wrong user name or password"),
            Map.entry(WRONG_PASSWORD, "wrong password"),
            Map.entry(ACCOUNT_DISABLED, "the account is switched off"),
            Map.entry(ACCOUNT_EXPIRED, "the account expired"),
            Map.entry(ACCOUNT_LOCKED_OUT, "the account is locked"),
            Map.entry(ACCOUNT_RESTRICTION, "the account may not log in"),
            Map.entry(INVALID_LOGON_HOURS, "the account may not log in at this time"),
            Map.entry(INVALID_WORKSTATION, "the account may not log in from here"),
            Map.entry(LOGON_TYPE_NOT_GRANTED, "the account may not log in over the network"),
            Map.entry(PASSWORD_EXPIRED, "the password expired"),
            Map.entry(PASSWORD_MUST_CHANGE, "the password must be changed"),
            Map.entry(NTLM_BLOCKED, "the server refuses NTLM"),
            Map.entry(TIME_DIFFERENCE_AT_DC, "the clocks differ"),
            Map.entry(NO_LOGON_SERVERS, "no domain controller answers"),
            Map.entry(PATH_NOT_COVERED, "the folder is on another server (DFS)"));

    private SmbStatus() {}

    /** In words if known, and in any case as people search for it. */
    public static String name(int status) {
        String code = String.format("NTSTATUS 0x%08X", status);
        return NAMES.containsKey(status) ? NAMES.get(status) + " (" + code + ")" : code;
    }

    /** Whether it says that session or share are no longer known, which a new connection remedies. */
    static boolean endsSession(int status) {
        return status == NETWORK_SESSION_EXPIRED
                || status == USER_SESSION_DELETED
                || status == NETWORK_NAME_DELETED
                || status == FILE_CLOSED;
    }
}
