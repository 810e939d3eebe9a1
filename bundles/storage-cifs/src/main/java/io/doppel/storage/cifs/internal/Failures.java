package io.doppel.storage.cifs.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.cifs.internal.smb.SmbException;
import io.doppel.storage.cifs.internal.smb.SmbStatus;
import java.util.Optional;

/** Tells what an {@link SmbException} means for a caller. */
final class Failures {
    private final String place;

    /** @param place the share and folder, for messages */
    Failures(String place) {
        this.place = place;
    }

    /**
     * Of an operation on an open storage. What is wrong with the account or the protection is told as when it is opened, as each new connection
     * has to log in; a share or a domain controller that was there before counts as away, not as wrong.
     *
     * @param doing what was tried, to follow "Cannot"
     */
    DoppelException of(SmbException e, String doing) {
        Optional<CifsError> wrong = login(e).filter(l -> l != CifsError.NO_SHARE && l != CifsError.DOMAIN);
        return failure(wrong, e, doing);
    }

    /** Of opening the storage. */
    DoppelException ofOpening(SmbException e, String doing) {
        return failure(login(e), e, doing);
    }

    private DoppelException failure(Optional<CifsError> wrong, SmbException e, String doing) {
        return failure(wrong.map(ErrorCode.class::cast).orElseGet(() -> storage(e)), e, doing);
    }

    private DoppelException failure(ErrorCode code, SmbException e, String doing) {
        return new DoppelException(code, "Cannot " + doing + " on " + place + " (" + e.getMessage() + ")", e);
    }

    private static Optional<CifsError> login(SmbException e) {
        return Optional.ofNullable(
                switch (e.kind()) {
                    case DIALECT -> CifsError.DIALECT;
                    case ENCRYPTION -> CifsError.ENCRYPTION;
                    case SIGNING -> CifsError.SIGNING;
                    case GUEST -> CifsError.GUEST;
                    case STATUS -> login(e.status());
                    default -> null;
                });
    }

    private static CifsError login(int status) {
        return switch (status) {
            case SmbStatus.LOGON_FAILURE, SmbStatus.WRONG_PASSWORD -> CifsError.LOGIN;
            case SmbStatus.ACCOUNT_DISABLED,
                    SmbStatus.ACCOUNT_EXPIRED,
                    SmbStatus.ACCOUNT_LOCKED_OUT,
                    SmbStatus.ACCOUNT_RESTRICTION,
                    SmbStatus.INVALID_LOGON_HOURS,
                    SmbStatus.INVALID_WORKSTATION,
                    SmbStatus.LOGON_TYPE_NOT_GRANTED,
                    SmbStatus.PASSWORD_EXPIRED,
                    SmbStatus.PASSWORD_MUST_CHANGE -> CifsError.ACCOUNT;
            case SmbStatus.BAD_NETWORK_NAME, SmbStatus.PATH_NOT_COVERED -> CifsError.NO_SHARE;
            case SmbStatus.NTLM_BLOCKED -> CifsError.NTLM;
            case SmbStatus.TIME_DIFFERENCE_AT_DC -> CifsError.CLOCK;
            case SmbStatus.NO_LOGON_SERVERS -> CifsError.DOMAIN;
            default -> null;
        };
    }

    private static StorageError storage(SmbException e) {
        return switch (e.kind()) {
            case LOST -> StorageError.UNREACHABLE;
            case PROTOCOL -> StorageError.IO;
            case STATUS -> storage(e.status());
            case DIALECT, ENCRYPTION, SIGNING, GUEST -> StorageError.DENIED;
        };
    }

    private static StorageError storage(int status) {
        return switch (status) {
            case SmbStatus.DISK_FULL, SmbStatus.QUOTA_EXCEEDED -> StorageError.FULL;
            case SmbStatus.ACCESS_DENIED -> StorageError.DENIED;
            case SmbStatus.MEDIA_WRITE_PROTECTED -> StorageError.READ_ONLY;
            case SmbStatus.BAD_NETWORK_NAME,
                    SmbStatus.PATH_NOT_COVERED,
                    SmbStatus.NO_LOGON_SERVERS,
                    SmbStatus.NETWORK_NAME_DELETED,
                    SmbStatus.USER_SESSION_DELETED,
                    SmbStatus.NETWORK_SESSION_EXPIRED,
                    SmbStatus.REQUEST_NOT_ACCEPTED,
                    SmbStatus.OBJECT_NAME_NOT_FOUND,
                    SmbStatus.OBJECT_PATH_NOT_FOUND -> StorageError.UNREACHABLE;
            default -> StorageError.IO;
        };
    }
}
