package io.doppel.core.internal.kind;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.catalog.BaseRecords;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.vault.Vault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The change bases of one machine for one vault. */
final class ChangeBases {
    private final BaseRecords records;
    private final HostMachine machine;
    private final Vault vault;
    private final List<BaseToken> kept;

    /** Those that are kept. */
    ChangeBases(BaseRecords records, HostMachine machine, Vault vault) throws DoppelException {
        this.records = records;
        this.machine = machine;
        this.vault = vault;
        this.kept = records.find(machine.host(), machine.machine().id(), vault.id());
    }

    /** Those whose version is still in the vault; what of it is damaged is read along with the changes. */
    List<BaseToken> usable() {
        Set<String> versions = new HashSet<>(vault.versionIds());
        return kept.stream().filter(b -> versions.contains(b.versionId())).toList();
    }

    /** The version that a disk's changes count from. */
    Optional<String> versionFor(String diskKey) {
        return usable().stream()
                .filter(b -> b.diskKey().equals(diskKey))
                .map(BaseToken::versionId)
                .findFirst();
    }

    /** Keeps new bases; only then those that they replace are freed on the host. */
    void replace(HypervisorHost host, Set<String> disksStored, List<BaseToken> fresh) throws DoppelException {
        List<BaseToken> now = new ArrayList<>(fresh);
        List<BaseToken> old = new ArrayList<>();
        for (BaseToken base : kept) {
            (disksStored.contains(base.diskKey()) ? old : now).add(base);
        }
        if (now.equals(kept)) {
            return;
        }
        records.replace(machine.host(), machine.machine().id(), vault.id(), now);
        for (BaseToken base : old) {
            host.releaseBase(base);
        }
    }
}
