package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.HostView;
import io.doppel.api.inventory.InventoryService;
import io.doppel.api.inventory.KeptOriginalView;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.PeerCertificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Hosts in memory. */
final class FakeInventory implements InventoryService {
    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    final List<HostView> hosts = new ArrayList<>();
    final List<HostMachine> machines = new ArrayList<>();
    final List<KeptOriginalView> kept = new ArrayList<>();
    final List<PeerCertificate> certificates = new ArrayList<>();
    Map<String, String> lastSettings = Map.of();

    FakeInventory() {
        hosts.add(new HostView("lab", "folder", Map.of("path", "/srv/machines"), ConnectionState.CONNECTED, ""));
        machines.add(machine("lab", "web", 40L << 30));
        machines.add(machine("lab", "mail server", 3L << 40));
        kept.add(new KeptOriginalView("lab", "restore-5", "web", NOON, 40L << 30));
    }

    static HostMachine machine(String host, String name, long size) {
        return new HostMachine(
                host,
                new Machine(
                        name,
                        name,
                        Machine.PowerState.OFF,
                        Set.of(),
                        List.of(new MachineDisk("disk0", "disk0.img", size, "raw")),
                        List.of()));
    }

    @Override
    public Map<String, SettingsSpec> hostTypes() {
        return Map.of(
                "folder",
                SettingsSpec.of(SettingField.required("path", SettingType.PATH, "Folder with one folder a machine")),
                "pool",
                SettingsSpec.of(
                        SettingField.required("address", SettingType.HOST, "Address of the pool's master")
                                .asAddress(),
                        SettingField.required("password", SettingType.SECRET, "Password"),
                        SettingField.optional("verify", SettingType.BOOLEAN, "Check the certificate")
                                .withDefault("true"),
                        SettingField.optional("fingerprint", SettingType.LIST, "Confirmed certificates")));
    }

    @Override
    public Map<String, Map<String, SettingsSpec>> hostOptions() {
        return Map.of(
                "folder",
                Map.of("backup", SettingsSpec.of(), "restore", SettingsSpec.of()),
                "pool",
                Map.of(
                        "backup",
                        SettingsSpec.of(
                                SettingField.optional("quiesce", SettingType.BOOLEAN, "Ask the guest to hold still")
                                        .withDefault("false")),
                        "restore",
                        SettingsSpec.of(SettingField.optional("networks", SettingType.LIST, "Networks as old=new"))));
    }

    @Override
    public HostView addHost(String name, String type, Map<String, String> settings) throws DoppelException {
        hostTypes().get(type).parse(settings);
        if (hosts.stream().anyMatch(host -> host.name().equals(name))) {
            throw new DoppelException(CommonError.EXISTS, "There is a host '" + name + "' already");
        }
        lastSettings = settings;
        Map<String, String> shown = new HashMap<>(settings);
        shown.replaceAll((key, value) -> key.equals("password") ? "(set)" : value);
        HostView host = new HostView(name, type, shown, ConnectionState.CONNECTED, "");
        hosts.add(host);
        return host;
    }

    @Override
    public List<PeerCertificate> unconfirmed(String type, Map<String, String> settings) {
        return certificates.stream()
                .filter(c -> !settings.getOrDefault("fingerprint", "")
                        .contains(c.fingerprint().text()))
                .toList();
    }

    @Override
    public HostView changeHost(String name, Map<String, String> changes) throws DoppelException {
        HostView old =
                hosts.stream().filter(h -> h.name().equals(name)).findFirst().orElseThrow();
        Map<String, String> settings = new HashMap<>(old.settings());
        settings.putAll(changes);
        settings.values().removeIf(String::isEmpty);
        hosts.remove(old);
        return addHost(name, old.type(), settings);
    }

    @Override
    public List<HostView> hosts() {
        return List.copyOf(hosts);
    }

    @Override
    public void removeHost(String name) throws DoppelException {
        if (!hosts.removeIf(host -> host.name().equals(name))) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no host '" + name + "'");
        }
    }

    @Override
    public List<HostMachine> machines(Optional<String> host) {
        return machines.stream()
                .filter(m -> host.isEmpty() || m.host().equals(host.get()))
                .toList();
    }

    @Override
    public List<KeptOriginalView> keptOriginals() {
        return List.copyOf(kept);
    }

    @Override
    public void confirmRestore(String host, String restoreId) {
        kept.removeIf(k -> k.restoreId().equals(restoreId));
    }
}
