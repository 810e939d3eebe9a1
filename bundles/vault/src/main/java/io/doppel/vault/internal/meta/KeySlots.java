package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The key slots of a vault: {@code keys/…}. */
final class KeySlots {
    private static final String FOLDER = "keys";

    private final ObjectIo io;
    private final String vaultId;

    KeySlots(ObjectIo io, String vaultId) {
        this.io = io;
        this.vaultId = vaultId;
    }

    /**
     * The mark of the vault in the names of its keys. Objects without it are left over from a creation that was broken off.
     */
    static String mark(String vaultId) {
        return vaultId.substring(0, 8);
    }

    static String objectName(String slot) {
        return FOLDER + "/" + slot;
    }

    /**
     * A slot as read.
     *
     * @param name the object
     * @param text its text, still to be verified
     * @param slot what it says
     */
    record Stored(String name, SignedText text, Slot slot) {}

    /**
     * What reading the slots gave.
     *
     * @param slots those that can be used
     * @param damaged what is wrong with the others
     */
    record All(List<Stored> slots, List<ObjectProblem> damaged) {}

    private All readAll() throws DoppelException {
        List<Stored> slots = new ArrayList<>();
        List<ObjectProblem> damaged = new ArrayList<>();
        for (String slot : io.list(FOLDER)) {
            if (!slot.startsWith(mark(vaultId))) {
                continue;
            }
            String name = objectName(slot);
            try {
                slots.add(read(name));
            } catch (DoppelException e) {
                if (!Problems.isObjectFault(e)) {
                    throw e;
                }
                damaged.add(ObjectProblem.of(name, e));
            }
        }
        return new All(slots, damaged);
    }

    private Stored read(String name) throws DoppelException {
        SignedText text = SignedText.parse(name, io.read(name));
        Slot slot = text.read(Slot.class);
        if (!slot.isWellFormed() || !objectName(slot.slot()).equals(name)) {
            throw Problems.damaged(name, "it is no key slot that can be used");
        }
        return new Stored(name, text, slot);
    }

    /** Adds a slot for a passphrase, which stays as it is. */
    String addPassphrase(MasterKey master, char[] passphrase, String label) throws DoppelException {
        Slot.Kdf kdf = Passphrases.newKdf();
        return add(master, newName(), Slot.PASSPHRASE, label, kdf, Passphrases.derive(passphrase, kdf));
    }

    /** Adds the slot of the recovery key. */
    String addRecovery(MasterKey master) throws DoppelException {
        byte[] key = master.recoveryKey();
        String slot = newName();
        byte[] kek = Slot.kek(key, slot);
        Arrays.fill(key, (byte) 0);
        return add(master, slot, Slot.RECOVERY, "recovery key", Slot.Kdf.hkdf(), kek);
    }

    /** Adds a slot for a new key file, which the caller stores after this and then clears. */
    MachineKey addMachine(MasterKey master, String label) throws DoppelException {
        MachineKey key = new MachineKey(vaultId, newName(), Digests.random(MasterKey.LENGTH));
        add(master, key.slot(), Slot.MACHINE, label, Slot.Kdf.hkdf(), Slot.kek(key.key(), key.slot()));
        return key;
    }

    private String newName() {
        return mark(vaultId) + Digests.randomHex(8);
    }

    private String add(MasterKey master, String slot, String kind, String label, Slot.Kdf kdf, byte[] kek)
            throws DoppelException {
        Slot value = Slot.wrap(vaultId, slot, kind, label, kdf, kek, master);
        Arrays.fill(kek, (byte) 0);
        String name = objectName(slot);
        io.put(name, SignedText.write(name, value, master.mac()));
        return name;
    }

    /** Opens with the key file; {@code LOCKED} if that fails because of the file or its slot. */
    MasterKey unlock(MachineKey machine) throws DoppelException {
        String name = objectName(machine.slot());
        Slot slot;
        try {
            slot = read(name).slot();
        } catch (DoppelException e) {
            if (Problems.isObjectFault(e)) {
                throw new DoppelException(VaultError.LOCKED, "The key file's slot is of no use: " + e.what(), e);
            }
            throw e;
        }
        return slot.unwrapWithKey(vaultId, machine.key())
                .orElseThrow(() -> new DoppelException(
                        VaultError.LOCKED,
                        "The key file does not fit its slot '" + name + "'; one of both is damaged"));
    }

    /** Opens with the recovery key or a passphrase; the text stays as it is. */
    MasterKey unlock(char[] text) throws DoppelException {
        All all = readAll();
        Optional<MasterKey> master = byRecoveryKey(all.slots(), text);
        if (master.isEmpty()) {
            master = byPassphrase(all.slots(), text);
        }
        if (master.isPresent()) {
            return master.get();
        }
        String damaged = all.damaged().isEmpty()
                ? ""
                : "; damaged: "
                        + String.join(
                                ", ",
                                all.damaged().stream()
                                        .map(ObjectProblem::object)
                                        .toList());
        throw new DoppelException(
                VaultError.WRONG_KEY,
                "What was given opens none of the " + all.slots().size() + " usable key slots" + damaged);
    }

    private Optional<MasterKey> byRecoveryKey(List<Stored> slots, char[] text) {
        Optional<byte[]> key = RecoveryKeyText.read(text);
        if (key.isEmpty()) {
            return Optional.empty();
        }
        Optional<MasterKey> master = slots.stream()
                .map(Stored::slot)
                .filter(s -> s.kind().equals(Slot.RECOVERY))
                .flatMap(s -> s.unwrapWithKey(vaultId, key.get()).stream())
                .findFirst();
        Arrays.fill(key.get(), (byte) 0);
        return master;
    }

    private Optional<MasterKey> byPassphrase(List<Stored> slots, char[] text) throws DoppelException {
        for (Stored stored : slots) {
            if (stored.slot().kind().equals(Slot.PASSPHRASE)) {
                byte[] kek = Passphrases.derive(text, stored.slot().kdf());
                Optional<MasterKey> master = stored.slot().unwrap(vaultId, kek);
                Arrays.fill(kek, (byte) 0);
                if (master.isPresent()) {
                    return master;
                }
            }
        }
        return Optional.empty();
    }

    /** What is wrong with the slots, now that their signatures can be checked. */
    List<ObjectProblem> verify(MasterKey master) throws DoppelException {
        All all = readAll();
        List<ObjectProblem> problems = new ArrayList<>(all.damaged());
        boolean recovery = false;
        for (Stored stored : all.slots()) {
            boolean isRecovery = stored.slot().kind().equals(Slot.RECOVERY);
            recovery |= isRecovery;
            if (!stored.text().verify(master.mac())) {
                problems.add(damaged(stored, "its signature is wrong"));
            } else if (isRecovery && !opensWithRecoveryKey(stored.slot(), master)) {
                problems.add(damaged(stored, "the recovery key does not open it"));
            }
        }
        if (!recovery && all.damaged().isEmpty()) {
            problems.add(new ObjectProblem(
                    FOLDER, "There is no slot of the recovery key", VaultError.MISSING_OBJECT, false));
        }
        return problems;
    }

    private boolean opensWithRecoveryKey(Slot slot, MasterKey master) {
        byte[] key = master.recoveryKey();
        Optional<MasterKey> opened = slot.unwrapWithKey(vaultId, key);
        Arrays.fill(key, (byte) 0);
        boolean same = opened.isPresent() && Arrays.equals(opened.get().bytes(), master.bytes());
        opened.ifPresent(MasterKey::close);
        return same;
    }

    private static ObjectProblem damaged(Stored stored, String why) {
        return ObjectProblem.of(stored.name(), Problems.damaged(stored.name(), why));
    }
}
