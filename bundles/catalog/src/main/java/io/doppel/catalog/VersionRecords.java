package io.doppel.catalog;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.VersionView;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The versions of the vaults, as far as the server knows them; the vaults themselves decide. Safe for several threads;
 * changes are durable on return. Times are kept to the microsecond.
 */
@ProviderType
public interface VersionRecords {
    /** Keeps a version, replacing what was known of it, but for its boot test: that one only {@link #bootTested} changes. */
    void put(VersionView version) throws DoppelException;

    /**
     * Takes over what a vault itself says of its versions, all or nothing: versions that were not known are kept as given, those that are
     * not named are forgotten, and of the others the descriptions are replaced. Their states stay, which the vault does not know; unless
     * the given state is damaged and the known one is not: then that counts, and the description stays that was known.
     */
    void replaceAll(String vault, List<VersionView> versions) throws DoppelException;

    /** Versions, newest first, of one vault or all, of machines whose name or id equals {@code machine} or all. */
    List<VersionView> list(Optional<String> vault, Optional<String> machine) throws DoppelException;

    /** Versions whose id starts with the given text. */
    List<VersionView> startingWith(String idStart) throws DoppelException;

    /** Number of versions known of a vault. */
    int count(String vault) throws DoppelException;

    /**
     * Notes of versions that all they need was verified at that time or later: those that are not damaged count as valid, since that time
     * unless they were before since a later one. Versions that are not known are none of it.
     */
    void validSince(String vault, Collection<String> ids, Instant since) throws DoppelException;

    /** Notes the last boot test of a version, of which nothing else changes. If the version is not known, it is not noted. */
    void bootTested(String vault, String id, BootTest result) throws DoppelException;

    /** Forgets versions of a vault; those that are not known are none of it. */
    void remove(String vault, Collection<String> ids) throws DoppelException;
}
