package io.doppel.core.internal.retention;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.Pin;
import io.doppel.api.vault.VersionView;
import io.doppel.catalog.NamedRecords;
import io.doppel.catalog.PinRecord;
import io.doppel.catalog.RetentionRecords;
import io.doppel.catalog.VaultRecord;
import io.doppel.core.JobError;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The pins, and which versions are being removed. Whoever removes versions first says that they leave, then asks for pins, and then removes
 * what has none; a version that leaves is pinned by nobody until that is decided. So a pin either keeps its version, or is refused because
 * there is no such version any more. The lock is held for the catalogue only, never for a storage target.
 */
final class Pins {
    private final NamedRecords<VaultRecord> vaults;
    private final RetentionRecords records;
    private final Retentions.Lookup lookup;
    private final Clock clock;
    private final Set<String> leaving = new HashSet<>();

    Pins(NamedRecords<VaultRecord> vaults, RetentionRecords records, Retentions.Lookup lookup, Clock clock) {
        this.vaults = vaults;
        this.records = records;
        this.lookup = lookup;
        this.clock = clock;
    }

    /** The vault of that name. */
    VaultRecord vault(String name) throws DoppelException {
        return vaults.find(name)
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + name + "'"));
    }

    /** Refuses a vault whose versions another server removes, which knows nothing of our pins. */
    static void requireWritable(VaultRecord vault) throws DoppelException {
        if (vault.readOnly()) {
            throw new DoppelException(
                    JobError.VAULT_READ_ONLY, "Vault '" + vault.name() + "' cannot be changed from here");
        }
    }

    /** The pins of one vault or all. */
    List<Pin> of(Optional<String> vault) throws DoppelException {
        Map<String, String> names = new HashMap<>();
        for (VaultRecord known : vault.isPresent() ? List.of(vault(vault.get())) : vaults.all()) {
            names.put(known.id(), known.name());
        }
        List<Pin> pins = new ArrayList<>();
        for (PinRecord pin : records.pins()) {
            if (names.containsKey(pin.vaultId())) {
                pins.add(new Pin(names.get(pin.vaultId()), pin.versionId(), pin.reason(), pin.by(), pin.at()));
            }
        }
        return pins;
    }

    /** Pins a version; waits while it is being removed. */
    synchronized Pin pin(String version, String reason, String by) throws DoppelException {
        if (reason.isBlank()) {
            throw new DoppelException(CommonError.MISSING_SETTING, "A pin needs a reason");
        }
        VersionView found = lookup.version(version);
        while (leaving.contains(found.id())) {
            await();
            found = lookup.version(found.id());
        }
        VaultRecord vault = vault(found.vault());
        requireWritable(vault);
        Pin pin = new Pin(found.vault(), found.id(), reason.strip(), by, clock.instant());
        records.putPin(new PinRecord(vault.id(), found.id(), pin.reason(), by, pin.at()));
        return pin;
    }

    private void await() throws DoppelException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DoppelException(
                    CommonError.CANCELLED, "The wait for the end of a removal was interrupted; nothing was pinned", e);
        }
    }

    /** Takes a pin away, also that of a version which another server has removed. */
    synchronized void unpin(String version) throws DoppelException {
        List<Pin> found = of(Optional.empty()).stream()
                .filter(pin -> pin.versionId().startsWith(version) && !version.isEmpty())
                .toList();
        if (found.size() != 1) {
            throw new DoppelException(
                    CommonError.NOT_FOUND,
                    found.isEmpty()
                            ? "Version '" + version + "' is not pinned"
                            : "'" + version + "' is the start of " + found.size() + " pinned versions");
        }
        records.removePin(vault(found.get(0).vault()).id(), found.get(0).versionId());
    }

    /** Versions are about to be removed: those of them that nobody else is removing already. */
    synchronized Set<String> leave(Collection<String> ids) {
        Set<String> taken = new HashSet<>(ids);
        taken.removeAll(leaving);
        leaving.addAll(taken);
        return taken;
    }

    /** They are gone, or stay. */
    synchronized void decided(Set<String> ids) {
        leaving.removeAll(ids);
        notifyAll();
    }
}
