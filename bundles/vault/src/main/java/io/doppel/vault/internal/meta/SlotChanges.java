package io.doppel.vault.internal.meta;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Adds, replaces and removes slots that people use. A slot is never changed: a new one is put and proved before an old one goes, and
 * at least one slot of the recovery key that is right always stays.
 */
final class SlotChanges {
    private static final int LONGEST_LABEL = 100;

    private final KeySlots slots;
    private final MasterKey master;

    SlotChanges(KeySlots slots, MasterKey master) {
        this.slots = slots;
        this.master = master;
    }

    /**
     * A slot that was named.
     *
     * @param id its id
     * @param slot what it says; empty if it cannot be read
     */
    record Found(String id, Optional<Slot> slot) {}

    /** Adds a slot for a passphrase, which stays as it is. */
    Slot addPassphrase(String label, char[] passphrase) throws DoppelException {
        checkLabel(label);
        checkPassphrase(passphrase);
        if (slots.readAll().slots().stream().anyMatch(s -> label.equals(s.slot().label()))) {
            throw new DoppelException(VaultError.SLOT_EXISTS, "There is a slot '" + label + "' already");
        }
        return add(label, passphrase);
    }

    private Slot add(String label, char[] passphrase) throws DoppelException {
        return prove(
                slots.addPassphrase(master, passphrase, label), slot -> Passphrases.derive(passphrase, slot.kdf()));
    }

    /** Adds a slot of the recovery key. */
    Slot addRecovery() throws DoppelException {
        return prove(slots.addRecovery(master), this::recoveryKek);
    }

    private byte[] recoveryKek(Slot slot) {
        byte[] key = master.recoveryKey();
        try {
            return Slot.kek(key, slot.slot());
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** What does not open the vault is not left behind. */
    private Slot prove(String id, KeySlots.KekSource source) throws DoppelException {
        try {
            return slots.prove(id, master, source);
        } catch (DoppelException e) {
            if (e.is(VaultError.SLOT_NOT_PROVEN)) {
                slots.delete(id);
            }
            throw e;
        }
    }

    /**
     * Replaces a passphrase: adds the new one, proves it, then removes the old slot.
     *
     * @param name id or label of the slot; without it, the only one of a passphrase
     */
    Slot changePassphrase(Optional<String> name, char[] passphrase) throws DoppelException {
        checkPassphrase(passphrase);
        KeySlots.All all = slots.readAll();
        Slot old = name.isPresent() ? passphraseSlot(find(all, name.get()), name.get()) : onlyPassphrase(all);
        Slot fresh = add(old.label(), passphrase);
        slots.delete(old.slot());
        return fresh;
    }

    private static Slot passphraseSlot(Found found, String name) throws DoppelException {
        return found.slot()
                .filter(s -> s.kind().equals(Slot.PASSPHRASE))
                .orElseThrow(() -> new DoppelException(VaultError.NO_SLOT, "Slot '" + name + "' is of no passphrase"));
    }

    private static Slot onlyPassphrase(KeySlots.All all) throws DoppelException {
        List<Slot> found = all.slots().stream()
                .map(KeySlots.Stored::slot)
                .filter(s -> s.kind().equals(Slot.PASSPHRASE))
                .toList();
        if (found.size() != 1) {
            throw new DoppelException(
                    VaultError.NO_SLOT, "There are " + found.size() + " slots of passphrases; say which is meant");
        }
        return found.get(0);
    }

    /**
     * Removes a slot.
     *
     * @param name its id or label
     * @param own slots of this server's key file
     */
    Found remove(String name, Set<String> own) throws DoppelException {
        KeySlots.All all = slots.readAll();
        Found target = find(all, name);
        if (own.contains(target.id())) {
            throw new DoppelException(
                    VaultError.OWN_SLOT, "Slot " + target.id() + " opens the vault for this server itself");
        }
        List<String> left = all.slots().stream()
                .filter(s -> !s.slot().slot().equals(target.id()))
                .filter(s -> slots.fault(s, master).isEmpty())
                .map(s -> s.slot().kind())
                .toList();
        String kind = target.slot().map(Slot::kind).orElse(Slot.RECOVERY);
        // what cannot be read may be the recovery key's
        if (kind.equals(Slot.RECOVERY) && !left.contains(Slot.RECOVERY)) {
            throw new DoppelException(
                    VaultError.LAST_SLOT, "Without slot " + target.id() + " there is none of the recovery key");
        }
        if (kind.equals(Slot.PASSPHRASE) && !left.contains(Slot.PASSPHRASE) && !left.contains(Slot.RECOVERY)) {
            throw new DoppelException(
                    VaultError.LAST_SLOT, "Slot " + target.id() + " is the last one that a person can use");
        }
        slots.delete(target.id());
        return target;
    }

    /** The slot of that id, otherwise the only one of that label. */
    private static Found find(KeySlots.All all, String name) throws DoppelException {
        List<Found> every = new ArrayList<>();
        all.slots().forEach(s -> every.add(new Found(s.slot().slot(), Optional.of(s.slot()))));
        all.damaged().forEach(p -> every.add(new Found(KeySlots.id(p.object()), Optional.empty())));
        List<Found> found = every.stream().filter(s -> s.id().equals(name)).toList();
        if (found.isEmpty()) {
            found = every.stream()
                    .filter(s -> s.slot().map(Slot::label).equals(Optional.of(name)))
                    .toList();
        }
        if (found.size() != 1) {
            throw new DoppelException(
                    VaultError.NO_SLOT,
                    found.isEmpty()
                            ? "There is no slot '" + name + "'"
                            : "There are " + found.size() + " slots '" + name + "'");
        }
        return found.get(0);
    }

    private static void checkLabel(String label) throws DoppelException {
        boolean right = !label.isBlank()
                && label.length() <= LONGEST_LABEL
                && label.equals(label.strip())
                && label.codePoints().noneMatch(Character::isISOControl)
                && !label.matches("[0-9a-f]{16}");
        if (!right) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "The label must have 1 to 100 characters, without control characters, not look like the id of a slot,"
                            + " and neither begin nor end with a blank");
        }
    }

    private static void checkPassphrase(char[] passphrase) throws DoppelException {
        if (passphrase.length == 0) {
            throw new DoppelException(CommonError.BAD_SETTING, "The passphrase is empty");
        }
    }
}
