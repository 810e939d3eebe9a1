package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.ConnectionState;
import io.doppel.api.job.CancelToken;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.BootTest;
import io.doppel.api.vault.HoldView;
import io.doppel.api.vault.KeySlotView;
import io.doppel.api.vault.ValidationView;
import io.doppel.api.vault.VaultProgress;
import io.doppel.api.vault.VaultRequest;
import io.doppel.api.vault.VaultService;
import io.doppel.api.vault.VaultView;
import io.doppel.api.vault.VersionOrigin;
import io.doppel.api.vault.VersionView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Vaults in memory. */
final class FakeVaults implements VaultService {
    static final String KEY = "DPLK-AAAA-BBBB-CCCC";

    final List<VaultView> vaults = new ArrayList<>();
    final List<VersionView> versions = new ArrayList<>();
    final List<KeySlotView> slots = new ArrayList<>();
    final List<HoldView> holds = new ArrayList<>();
    VaultRequest lastRequest;
    Map<String, String> lastChanges;
    boolean hangs;
    char[] lastPassphraseArray;
    int epoch = 1;
    final Map<String, String> validation =
            new TreeMap<>(Map.of("validate-after", "30d", "validate-rate", "64M", "validate-when-idle", "true"));
    String lastPassphrase;

    FakeVaults() {
        vaults.add(vault("main", true));
        slots.add(slot("4be1a09c00000001", KeySlotView.Kind.MACHINE, "this server", true, true));
        slots.add(slot("4be1a09c00000002", KeySlotView.Kind.RECOVERY, "recovery key", false, true));
        slots.add(slot("4be1a09c00000003", KeySlotView.Kind.PASSPHRASE, "bert", false, true));
        slots.add(slot("4be1a09c00000008", KeySlotView.Kind.PASSPHRASE, "anna", false, false));
        slots.add(new KeySlotView("4be1a09c00000009", KeySlotView.Kind.UNKNOWN, "", Instant.EPOCH, false, false));
        holds.add(new HoldView(
                "9b1d0c5500000000000000000000beef",
                "main",
                "05aa90b7ffee0123",
                "restore, run 4",
                "server-2",
                FakeInventory.NOON,
                false,
                ""));
        holds.add(new HoldView(
                "c200000000000000000000000000dead",
                "main",
                "",
                "",
                "",
                Instant.EPOCH,
                true,
                "'holds/c200000000000000000000000000dead' is damaged: its content is not what was written"));
        versions.add(version("7c1e55d0a1b2c3d4", "web", FakeInventory.NOON, VersionView.Health.VALID));
        versions.add(version(
                "05aa90b7ffee0123", "web", FakeInventory.NOON.minusSeconds(86_400), VersionView.Health.UNVERIFIED));
    }

    static VaultView vault(String name, boolean exported) {
        return new VaultView(
                name,
                "v-" + name,
                "local",
                Map.of("path", "/srv/vault"),
                ConnectionState.CONNECTED,
                "",
                exported,
                2,
                5L << 30,
                100L << 30);
    }

    static VersionView copy(String id, String vault, String version) {
        return new VersionView(
                id,
                "away",
                "lab",
                "web",
                "web",
                FakeInventory.NOON,
                1,
                40L << 30,
                9L << 30,
                3L << 30,
                -1,
                "OFF",
                VersionView.Health.UNVERIFIED,
                Instant.EPOCH,
                List.of(),
                Optional.empty(),
                Optional.of(new VersionOrigin(vault, version)));
    }

    static VersionView version(String id, String machine, Instant at, VersionView.Health health) {
        Instant validated = health == VersionView.Health.UNVERIFIED ? Instant.EPOCH : at.plusSeconds(60);
        Optional<BootTest> bootTest = health == VersionView.Health.VALID
                ? Optional.of(new BootTest(at.plusSeconds(300), true, "its guest reported after 41 s"))
                : Optional.empty();
        return new VersionView(
                id, "main", "lab", machine, machine, at, 1, 40L << 30, 9L << 30, 3L << 30, -1, "OFF", health, validated,
                List.of(), bootTest);
    }

    @Override
    public Map<String, SettingsSpec> storageTypes() {
        return Map.of(
                "local",
                SettingsSpec.of(SettingField.required("path", SettingType.PATH, "Folder for the vault")),
                "cifs",
                SettingsSpec.of(
                        SettingField.required("server", SettingType.HOST, "Server")
                                .asAddress(),
                        SettingField.required("password", SettingType.SECRET, "Password"),
                        SettingField.optional("signing", SettingType.BOOLEAN, "Signed")));
    }

    @Override
    public SettingsSpec validationSettings() {
        return SettingsSpec.of(SettingField.optional("validate-after", SettingType.DURATION, "Again after this time")
                .withDefault("30d"));
    }

    @Override
    public ValidationView validation(String vault) {
        return new ValidationView(
                vault,
                validation,
                120,
                8L << 30,
                3,
                200L << 20,
                0,
                Optional.empty(),
                List.of(new ValidationView.Share(1, 20, 1L << 30), new ValidationView.Share(7, 117, 7L << 30)));
    }

    @Override
    public Map<String, String> setValidation(String vault, Map<String, String> settings) {
        validation.putAll(settings);
        return validation;
    }

    @Override
    public VaultView addVault(VaultRequest request, VaultProgress progress, CancelToken cancel) throws DoppelException {
        if (request.access() == VaultRequest.Access.TAKE_OVER) {
            progress.step("Waiting at most 45 s whether server 'old', which holds the vault, answers", 4, 45);
        }
        if (hangs) {
            FakeStorageTests.awaitCancel(cancel);
        }
        storageTypes().get(request.type()).parse(request.settings());
        lastRequest = request;
        lastPassphrase = new String(request.unlock());
        VaultView vault = vault(request.name(), false);
        vaults.add(vault);
        return vault;
    }

    @Override
    public VaultView changeVault(String name, Map<String, String> changes, VaultProgress progress, CancelToken cancel)
            throws DoppelException {
        progress.step("Opening the vault with the new settings", 0, 0);
        if (hangs) {
            FakeStorageTests.awaitCancel(cancel);
        }
        lastChanges = changes;
        return vaults.stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
    }

    @Override
    public List<VaultView> vaults() {
        return List.copyOf(vaults);
    }

    @Override
    public void removeVault(String name) {
        vaults.removeIf(v -> v.name().equals(name));
    }

    @Override
    public char[] exportRecoveryKey(String vault) throws DoppelException {
        if (vaults.stream().noneMatch(v -> v.name().equals(vault))) {
            throw new DoppelException(CommonError.NOT_FOUND, "There is no vault '" + vault + "'");
        }
        return KEY.toCharArray();
    }

    @Override
    public List<VersionView> versions(Optional<String> vault, Optional<String> machine) {
        return versions.stream()
                .filter(v -> vault.isEmpty() || v.vault().equals(vault.get()))
                .filter(v -> machine.isEmpty() || v.machineName().equals(machine.get()))
                .toList();
    }

    @Override
    public VersionView version(String id) throws DoppelException {
        return versions.stream()
                .filter(v -> v.id().startsWith(id))
                .findFirst()
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no version '" + id + "'"));
    }

    @Override
    public int rebuildCatalogue(String vault) {
        return versions.size();
    }

    @Override
    public List<HoldView> holds(String vault) throws DoppelException {
        exportRecoveryKey(vault);
        return List.copyOf(holds);
    }

    @Override
    public HoldView addHold(String version, String purpose) throws DoppelException {
        HoldView added = new HoldView(
                "d3d0c5500000000000000000000c0de0",
                "main",
                version(version).id(),
                purpose,
                "server-1",
                FakeInventory.NOON,
                true,
                "");
        holds.add(added);
        return added;
    }

    @Override
    public HoldView removeHold(String vault, String hold) throws DoppelException {
        HoldView gone = holds(vault).stream()
                .filter(h -> h.id().startsWith(hold))
                .findFirst()
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no hold '" + hold + "'"));
        holds.remove(gone);
        return gone;
    }

    private static KeySlotView slot(String id, KeySlotView.Kind kind, String label, boolean own, boolean right) {
        return new KeySlotView(id, kind, label, FakeInventory.NOON, own, right);
    }

    @Override
    public List<KeySlotView> keySlots(String vault) throws DoppelException {
        exportRecoveryKey(vault);
        return List.copyOf(slots);
    }

    @Override
    public KeySlotView addPassphrase(String vault, String label, char[] passphrase) {
        lastPassphraseArray = passphrase;
        lastPassphrase = new String(passphrase);
        KeySlotView added = slot("4be1a09c00000005", KeySlotView.Kind.PASSPHRASE, label, false, true);
        slots.add(added);
        return added;
    }

    @Override
    public KeySlotView addRecoverySlot(String vault) {
        KeySlotView added = slot("4be1a09c00000006", KeySlotView.Kind.RECOVERY, "recovery key", false, true);
        slots.add(added);
        return added;
    }

    @Override
    public KeySlotView removeKeySlot(String vault, String slot) throws DoppelException {
        KeySlotView gone = slots.stream()
                .filter(s -> s.id().equals(slot) || s.label().equals(slot))
                .findFirst()
                .orElseThrow(() -> new DoppelException(CommonError.NOT_FOUND, "There is no slot '" + slot + "'"));
        slots.remove(gone);
        return gone;
    }

    @Override
    public KeySlotView changePassphrase(String vault, Optional<String> slot, char[] passphrase) throws DoppelException {
        KeySlotView old = removeKeySlot(vault, slot.orElse("bert"));
        return addPassphrase(vault, old.label(), passphrase);
    }

    @Override
    public KeySlotView rotateMachineKey(String vault) {
        return slot("4be1a09c00000007", KeySlotView.Kind.MACHINE, "this server", true, true);
    }

    @Override
    public int startKeyEpoch(String vault) {
        return ++epoch;
    }
}
