package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.api.vault.KeySlotView;
import io.doppel.vault.VaultKeys;
import io.doppel.vault.VaultOwner;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of an open vault as its server's people manage them. Each change is logged, without any secret. */
final class KeyAdmin implements VaultKeys {
    private static final Logger LOG = LoggerFactory.getLogger(KeyAdmin.class);

    private final VaultMeta meta;
    private final VaultOwner owner;
    private final MasterKey master;
    private final KeySlots slots;
    private final SlotChanges changes;
    private final MachineKeyRotation rotation;
    private final KeyEpochs epochs;

    /**
     * For an open vault.
     *
     * @param meta tells whether we hold the lease, and is what all changes lock
     */
    KeyAdmin(
            VaultMeta meta,
            VaultOwner owner,
            MasterKey master,
            KeySlots slots,
            MachineKeyRotation rotation,
            KeyEpochs epochs) {
        this.meta = meta;
        this.owner = owner;
        this.master = master;
        this.slots = slots;
        this.changes = new SlotChanges(slots, master);
        this.rotation = rotation;
        this.epochs = epochs;
    }

    private interface Action<T> {
        T run() throws DoppelException;
    }

    /** Runs one thing at a time, never while the vault is being closed, which clears the keys. */
    private <T> T alone(Action<T> action) throws DoppelException {
        synchronized (meta) {
            meta.requireOpen();
            return action.run();
        }
    }

    private <T> T change(Action<T> action) throws DoppelException {
        return alone(() -> {
            meta.checkLease();
            return action.run();
        });
    }

    @Override
    public List<KeySlotView> slots() throws DoppelException {
        return alone(() -> {
            Set<String> own = rotation.own();
            KeySlots.All all = slots.readAll();
            List<KeySlotView> views = new ArrayList<>();
            for (KeySlots.Stored stored : all.slots()) {
                boolean right = slots.fault(stored, master).isEmpty();
                views.add(view(stored.slot(), own.contains(stored.slot().slot()), right));
            }
            views.sort(Comparator.comparing(KeySlotView::created).thenComparing(KeySlotView::id));
            for (ObjectProblem damaged : all.damaged()) {
                String id = KeySlots.id(damaged.object());
                views.add(unreadable(id, own.contains(id)));
            }
            return views;
        });
    }

    @Override
    public KeySlotView addPassphrase(String label, char[] passphrase) throws DoppelException {
        return change(() -> {
            Slot slot = changes.addPassphrase(label, passphrase);
            log("added key slot {} of passphrase '{}'", slot.slot(), label);
            return view(slot, false, true);
        });
    }

    @Override
    public KeySlotView addRecovery() throws DoppelException {
        return change(() -> {
            Slot slot = changes.addRecovery();
            log("added key slot {} of the recovery key", slot.slot());
            return view(slot, false, true);
        });
    }

    @Override
    public KeySlotView remove(String name) throws DoppelException {
        return change(() -> {
            SlotChanges.Found gone = changes.remove(name, rotation.own());
            KeySlotView view =
                    gone.slot().map(slot -> view(slot, false, true)).orElseGet(() -> unreadable(gone.id(), false));
            log("removed key slot {}, {} '{}'", view.id(), view.kind(), view.label());
            return view;
        });
    }

    @Override
    public KeySlotView changePassphrase(Optional<String> name, char[] passphrase) throws DoppelException {
        return change(() -> {
            Slot slot = changes.changePassphrase(name, passphrase);
            log("changed passphrase '{}', whose key slot now is {}", slot.label(), slot.slot());
            return view(slot, false, true);
        });
    }

    @Override
    public KeySlotView rotateMachineKey() throws DoppelException {
        return change(() -> {
            Slot slot = rotation.rotate(owner.serverName());
            log("replaced its key file, whose key slot now is {}", slot.slot());
            return view(slot, true, true);
        });
    }

    @Override
    public int epoch() throws DoppelException {
        return alone(() -> meta.keys().currentEpoch());
    }

    @Override
    public int startEpoch() throws DoppelException {
        return change(() -> {
            epochs.begin();
            // the newest state must need the new keyring, so that nobody can take that away unnoticed
            meta.publish(HeadChange.adding(List.of(), List.of()));
            int epoch = meta.keys().currentEpoch();
            log("began key epoch {}", epoch);
            return epoch;
        });
    }

    private void log(String what, Object... details) {
        Object[] all = new Object[details.length + 3];
        all[0] = meta.id();
        all[1] = owner.serverName();
        all[2] = owner.installationId();
        System.arraycopy(details, 0, all, 3, details.length);
        LOG.info("Vault {}: server '{}' ({}) " + what, all);
    }

    private static KeySlotView view(Slot slot, boolean own, boolean right) {
        KeySlotView.Kind kind = switch (slot.kind()) {
            case Slot.PASSPHRASE -> KeySlotView.Kind.PASSPHRASE;
            case Slot.RECOVERY -> KeySlotView.Kind.RECOVERY;
            default -> KeySlotView.Kind.MACHINE;
        };
        String label = slot.label() == null ? "" : slot.label();
        return new KeySlotView(slot.slot(), kind, label, slot.created(), own, right);
    }

    private static KeySlotView unreadable(String id, boolean own) {
        return new KeySlotView(id, KeySlotView.Kind.UNKNOWN, "", Instant.EPOCH, own, false);
    }
}
