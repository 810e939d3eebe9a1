package io.doppel.api.vault;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How a vault is validated, and how far that has come. A pack is an object of many chunks, the unit in which a vault is read and checked.
 *
 * @param vault name of the vault here
 * @param settings all its settings of {@link VaultService#validationSettings()}
 * @param packs number of its packs
 * @param bytes their bytes
 * @param neverPacks how many of them this server never verified, as far as it knows
 * @param neverBytes bytes of these
 * @param damagedPacks how many are known to be missing or damaged, wholly or in part
 * @param oldest when the pack was verified whose verification is the longest ago; empty if one never was
 * @param verified how many were verified since when, the shortest time first
 */
public record ValidationView(
        String vault,
        Map<String, String> settings,
        int packs,
        long bytes,
        int neverPacks,
        long neverBytes,
        int damagedPacks,
        Optional<Instant> oldest,
        List<Share> verified) {
    /**
     * Packs that were verified lately.
     *
     * @param days in the last so many days
     * @param packs how many
     * @param bytes their bytes
     */
    public record Share(int days, int packs, long bytes) {}

    /** Checks and copies. */
    public ValidationView {
        Objects.requireNonNull(vault);
        settings = Map.copyOf(settings);
        Objects.requireNonNull(oldest);
        verified = List.copyOf(verified);
    }
}
