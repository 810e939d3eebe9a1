package io.doppel.core.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.Machine;
import io.doppel.api.inventory.MachineDisk;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.Fingerprint;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.hypervisor.BaseToken;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.hypervisor.RestoreRequest;
import io.doppel.spi.hypervisor.SnapshotRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Folders of images behind an address, a password, a certificate and a memory, as a pool has them. */
final class PoolHypervisor implements HypervisorType {
    static final String SHOWN = "AB" + ":AB".repeat(31);

    /** What each connection got: address, password and what was remembered of the members. */
    final List<String> connections = new CopyOnWriteArrayList<>();

    /** The password's reference in each of them. */
    final List<SecretRef> secrets = new CopyOnWriteArrayList<>();

    /** What the last sweep was told to leave. */
    final List<BaseToken> wanted = new CopyOnWriteArrayList<>();

    final List<SnapshotRequest> snapshots = new CopyOnWriteArrayList<>();
    final List<RestoreRequest> restores = new CopyOnWriteArrayList<>();

    private final FolderHypervisor real = new FolderHypervisor();

    @Override
    public String name() {
        return "pool";
    }

    @Override
    public String title() {
        return "pool";
    }

    @Override
    public SettingsSpec settings() {
        List<SettingField> fields = new ArrayList<>();
        real.settings().fields().forEach(f -> fields.add(SettingField.required(f.name(), f.type(), f.help())));
        fields.add(SettingField.required("address", SettingType.HOST, "Address").asAddress());
        fields.add(SettingField.required("password", SettingType.SECRET, "Password"));
        fields.add(SettingField.optional("note", SettingType.TEXT, "Note"));
        fields.add(SettingField.optional("fingerprint", SettingType.LIST, "Confirmed certificates"));
        return SettingsSpec.of(fields.toArray(SettingField[]::new));
    }

    @Override
    public SettingsSpec snapshotOptions() {
        return SettingsSpec.of(
                SettingField.optional("quiesce", SettingType.BOOLEAN, "Ask the guest")
                        .withDefault("false"),
                SettingField.optional("areas", SettingType.LIST, "Areas"));
    }

    @Override
    public SettingsSpec restoreOptions() {
        return SettingsSpec.of(
                SettingField.optional("networks", SettingType.LIST, "Networks as old=new"),
                SettingField.optional("suffix", SettingType.TEXT, "Behind the name"));
    }

    @Override
    public List<PeerCertificate> certificates(Settings settings) {
        if (settings.secret("password").isPresent()) {
            throw new AssertionError("a secret, before anything is confirmed");
        }
        return List.of(new PeerCertificate(settings.text("address"), new Fingerprint(SHOWN), "CN=pool", Instant.EPOCH));
    }

    @Override
    public HypervisorHost connect(HostContext context) throws DoppelException {
        Settings settings = context.settings();
        if (settings.list("fingerprint").isEmpty()) {
            throw new DoppelException(CommonError.UNCONFIRMED, "the pool");
        }
        String address = settings.text("address");
        String password =
                new String(context.secrets().get(settings.secret("password").orElseThrow()));
        String members = context.memory().get("members").orElse("none");
        secrets.add(settings.secret("password").orElseThrow());
        connections.add(address + " " + password + " " + members);
        context.memory().put("members", "of " + address);
        if (address.equals("nowhere")) {
            throw new DoppelException(CommonError.IO, address);
        }
        Map<String, String> folder = new HashMap<>();
        real.settings().fields().forEach(f -> folder.put(f.name(), settings.text(f.name())));
        HypervisorHost host = real.connect(new HostContext(
                context.host(),
                context.installationId(),
                real.settings().parse(folder),
                context.secrets(),
                context.memory()));
        return Interposed.over(HypervisorHost.class, host, (method, arguments) -> {
            if (method.equals("sweep")) {
                wanted.clear();
                ((Collection<?>) arguments[1]).forEach(base -> wanted.add((BaseToken) base));
            }
            if (method.equals("machines")) {
                return host.machines().stream().map(PoolHypervisor::excluding).toList();
            }
            if (method.equals("snapshot")) {
                snapshots.add((SnapshotRequest) arguments[0]);
            }
            if (method.equals("prepareRestore")) {
                restores.add((RestoreRequest) arguments[0]);
            }
            return null;
        });
    }

    private static Machine excluding(Machine m) {
        List<MachineDisk> disks = m.disks().stream()
                .map(d -> new MachineDisk(
                        d.key(),
                        d.name(),
                        d.size(),
                        d.format(),
                        d.name().contains("NOBAK") ? "NOBAK is in its name" : ""))
                .toList();
        return new Machine(m.id(), m.name(), m.state(), m.tags(), disks, "", "", m.problems());
    }
}
