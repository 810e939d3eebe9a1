package io.doppel.core.internal.retention;

import io.doppel.api.vault.VersionView;

/** What makes versions those of one machine: the host's name and the machine's id there. */
record MachineKey(String host, String id) {
    static MachineKey of(VersionView version) {
        return new MachineKey(version.host(), version.machineId());
    }
}
