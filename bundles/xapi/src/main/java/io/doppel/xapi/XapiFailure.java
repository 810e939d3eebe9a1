package io.doppel.xapi;

import io.doppel.api.error.DoppelException;
import java.util.List;
import java.util.Set;

/** A failure that a pool named. */
public final class XapiFailure extends DoppelException {
    private static final long serialVersionUID = 1L;
    private static final Set<String> BUSY = Set.of(
            "OTHER_OPERATION_IN_PROGRESS",
            "VDI_IN_USE",
            "DEVICE_ALREADY_ATTACHED",
            "DEVICE_DETACH_TIMEOUT",
            "VBD_STILL_ATTACHED",
            "TOO_BUSY",
            "TOO_MANY_PENDING_TASKS",
            "TOO_MANY_STORAGE_MIGRATES",
            "TIMEOUT",
            "SR_BACKEND_FAILURE_16");
    private static final Set<String> NO_HOST = Set.of(
            "HOST_OFFLINE",
            "HOST_NOT_LIVE",
            "HOST_DISABLED",
            "NO_HOSTS_AVAILABLE",
            "HOST_NOT_ENOUGH_FREE_MEMORY",
            "CANNOT_CONTACT_HOST",
            "HOST_STILL_BOOTING",
            "HOST_MASTER_CANNOT_TALK_BACK",
            "VM_REQUIRES_SR");
    private static final Set<String> REFUSED = Set.of(
            "OPERATION_BLOCKED",
            "OPERATION_NOT_ALLOWED",
            "VM_BAD_POWER_STATE",
            "VM_IS_TEMPLATE",
            "VM_IS_PROTECTED",
            "SR_OPERATION_NOT_SUPPORTED",
            "LICENCE_RESTRICTION",
            "FEATURE_RESTRICTED",
            "VDI_NO_CBT_METADATA",
            "VDI_CBT_ENABLED",
            "VDI_INCOMPATIBLE_TYPE",
            "MESSAGE_METHOD_UNKNOWN",
            "MESSAGE_PARAMETER_COUNT_MISMATCH",
            "FIELD_TYPE_ERROR",
            "VALUE_NOT_SUPPORTED",
            "INVALID_VALUE",
            "NOT_IMPLEMENTED");

    private final String xapiCode;
    private final List<String> parameters;

    /**
     * @param method what was called
     * @param xapiCode the pool's name of the failure, for example {@code VDI_IN_USE}
     * @param parameters what it added; no secrets
     */
    public XapiFailure(String method, String xapiCode, List<String> parameters) {
        super(
                map(xapiCode),
                method + " failed with " + xapiCode
                        + (parameters.isEmpty() ? "" : " (" + String.join(", ", parameters) + ")"));
        this.xapiCode = xapiCode;
        this.parameters = List.copyOf(parameters);
    }

    /** The pool's name of the failure. */
    public String xapiCode() {
        return xapiCode;
    }

    /** What the pool added, often references or addresses. */
    public List<String> parameters() {
        return parameters;
    }

    /** Whether the failure has one of these names. */
    public boolean named(String... codes) {
        return List.of(codes).contains(xapiCode);
    }

    private static XapiError map(String code) {
        if (BUSY.contains(code)) {
            return XapiError.BUSY;
        }
        if (NO_HOST.contains(code)) {
            return XapiError.NO_HOST;
        }
        if (REFUSED.contains(code)) {
            return XapiError.REFUSED;
        }
        return switch (code) {
            case "SESSION_AUTHENTICATION_FAILED", "AUTH_DISABLED", "USER_IS_NOT_LOCAL_SUPERUSER" -> XapiError.LOGIN;
            case "RBAC_PERMISSION_DENIED", "PERMISSION_DENIED" -> XapiError.RIGHTS;
            case "HANDLE_INVALID", "UUID_INVALID", "OBJECT_NOLONGER_EXISTS" -> XapiError.GONE;
            case "HOST_IS_SLAVE" -> XapiError.NO_MASTER;
            case "SESSION_INVALID", "SESSION_NOT_REGISTERED" -> XapiError.SESSION;
            case "TASK_CANCELLED" -> XapiError.TASK_CANCELLED;
            case "SR_BACKEND_FAILURE_109" -> XapiError.CHAIN_TOO_LONG;
            case "SR_FULL", "SR_BACKEND_FAILURE_44", "SR_BACKEND_FAILURE_54" -> XapiError.NO_SPACE;
            default -> code.startsWith("SR_BACKEND_FAILURE") ? XapiError.STORAGE : XapiError.OTHER;
        };
    }
}
