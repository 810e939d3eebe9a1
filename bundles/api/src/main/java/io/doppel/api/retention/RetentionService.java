package io.doppel.api.retention;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VersionView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Policies, pins, and which versions are kept and why. Safe for several threads; changes are durable on return. */
@ProviderType
public interface RetentionService {
    /** The settings of a policy, for forms. */
    SettingsSpec policySettings();

    /** The policies that were set: roles before vaults, all machines before one. */
    List<RetentionSetting> policies() throws DoppelException;

    /**
     * Sets a policy. Settings that are not given stay as they are in the policy of the same scope; without one they get their
     * defaults.
     *
     * @param settings values of {@link #policySettings()} as text
     * @return the policy as it is now
     * @throws DoppelException {@code CommonError.BAD_SETTING} and the like for a wrong value; {@code CommonError.NOT_FOUND} for a
     *     vault or machine that is unknown
     */
    RetentionPolicy setPolicy(RetentionScope scope, Map<String, String> settings) throws DoppelException;

    /** Removes a policy; what it was for falls under the next less specific one. */
    void clearPolicy(RetentionScope scope) throws DoppelException;

    /** The role of a vault; {@link VaultRole#ONSITE} until another is set. */
    VaultRole role(String vault) throws DoppelException;

    /** Sets the role of a vault. */
    void setRole(String vault, VaultRole role) throws DoppelException;

    /** The pins, newest first, of one vault or all. */
    List<Pin> pins(Optional<String> vault) throws DoppelException;

    /**
     * Keeps a version until it is unpinned; replaces an earlier pin. Waits while the version is being removed: then it either is gone, or
     * stays and is pinned.
     *
     * @param version its id or the beginning of it
     * @param reason why, not empty
     * @param by who wants it
     */
    Pin pin(String version, String reason, String by) throws DoppelException;

    /** Ends a pin. */
    void unpin(String version) throws DoppelException;

    /**
     * What would be kept and dropped now, and why; changes nothing.
     *
     * @param machine only this machine: its name or id, alone or as {@code host/machine}; all if empty
     */
    RetentionPreview preview(String vault, Optional<String> machine) throws DoppelException;

    /** Says that the server's clock is right, after retention doubted it. */
    void acceptClock(String vault) throws DoppelException;

    /**
     * Checks a wish to remove versions, whatever their policy says, and changes nothing.
     *
     * @param versions ids or beginnings of them
     * @param newestToo whether the newest version of a machine, or its newest that is not damaged, may be among them
     * @return the versions
     * @throws DoppelException if one is pinned, younger than the minimum age of its policy, or a newest one and {@code newestToo}
     *     is false
     */
    List<VersionView> removable(List<String> versions, boolean newestToo) throws DoppelException;

    /** Removes versions after the check of {@link #removable}: all of them or, if one is refused, none. */
    List<VersionView> remove(List<String> versions, boolean newestToo) throws DoppelException;
}
