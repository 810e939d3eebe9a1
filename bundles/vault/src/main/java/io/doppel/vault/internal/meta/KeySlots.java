package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The key slots of a vault: {@code keys/…}. */
final class KeySlots {
    private static final String FOLDER = "keys";

    private final ObjectIo io;
    private final String vaultId;
    private final Supplier<Slot.Kdf> newKdf;

    KeySlots(ObjectIo io, String vaultId) {
        this(io, vaultId, Passphrases::newKdf);
    }

    /**
     * The slots of a vault.
     *
     * @param newKdf gives the parameters of a new passphrase's slot, each time with a new salt
     */
    KeySlots(ObjectIo io, String vaultId, Supplier<Slot.Kdf> newKdf) {
        this.io = io;
        this.vaultId = vaultId;
        this.newKdf = newKdf;
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

    /** The id of the slot in an object. */
    static String id(String objectName) {
        return objectName.substring(FOLDER.length() + 1);
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

    /** Reads all slots; what cannot be read now of one of them keeps nobody from using the others. */
    All readAll() throws DoppelException {
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
                if (!Problems.mayBeOfOneObject(e)) {
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

    /** Adds a slot for a passphrase, which stays as it is; returns its id. */
    String addPassphrase(MasterKey master, char[] passphrase, String label) throws DoppelException {
        Slot.Kdf kdf = newKdf.get();
        return add(master, newId(), Slot.PASSPHRASE, label, kdf, Passphrases.derive(passphrase, kdf));
    }

    /** Adds a slot of the recovery key; returns its id. */
    String addRecovery(MasterKey master) throws DoppelException {
        byte[] key = master.recoveryKey();
        String slot = newId();
        byte[] kek = Slot.kek(key, slot);
        Arrays.fill(key, (byte) 0);
        return add(master, slot, Slot.RECOVERY, "recovery key", Slot.Kdf.hkdf(), kek);
    }

    /** Adds a slot for a new key file, which the caller stores after this and then clears. */
    MachineKey addMachine(MasterKey master, String label) throws DoppelException {
        MachineKey key = newMachine();
        addMachine(master, key, label);
        return key;
    }

    /** A new key file whose slot is still to be added; the caller clears it. */
    MachineKey newMachine() {
        return new MachineKey(vaultId, newId(), Digests.random(MasterKey.LENGTH));
    }

    /** Adds the slot of a key file. */
    void addMachine(MasterKey master, MachineKey key, String label) throws DoppelException {
        add(master, key.slot(), Slot.MACHINE, label, Slot.Kdf.hkdf(), Slot.kek(key.key(), key.slot()));
    }

    private String newId() {
        return mark(vaultId) + Digests.randomHex(8);
    }

    private String add(MasterKey master, String slot, String kind, String label, Slot.Kdf kdf, byte[] kek)
            throws DoppelException {
        Slot value = Slot.wrap(vaultId, slot, kind, label, kdf, kek, master);
        Arrays.fill(kek, (byte) 0);
        String name = objectName(slot);
        io.put(name, SignedText.write(name, value, master.mac()));
        return slot;
    }

    /** Deletes a slot; it need not be there. */
    void delete(String slot) throws DoppelException {
        io.delete(objectName(slot));
    }

    /** The key of a slot, from what opens it. */
    @FunctionalInterface
    interface KekSource {
        /** A new array. */
        byte[] kek(Slot slot) throws DoppelException;
    }

    /**
     * Reads a slot back from the storage and opens it.
     *
     * @return the slot
     * @throws DoppelException {@link VaultError#SLOT_NOT_PROVEN} if it is not right, or opens with the key to something else
     */
    Slot prove(String slot, MasterKey master, KekSource source) throws DoppelException {
        Stored stored;
        try {
            stored = read(objectName(slot));
        } catch (DoppelException e) {
            if (Problems.isObjectFault(e)) {
                throw new DoppelException(VaultError.SLOT_NOT_PROVEN, e.what(), e);
            }
            throw e;
        }
        byte[] kek = source.kek(stored.slot());
        Optional<MasterKey> opened = stored.slot().unwrap(vaultId, kek);
        Arrays.fill(kek, (byte) 0);
        boolean right = stored.text().verify(master.mac()) && isSame(opened, master);
        if (!right) {
            throw new DoppelException(
                    VaultError.SLOT_NOT_PROVEN, "'" + objectName(slot) + "' does not open the vault with its key");
        }
        return stored.slot();
    }

    private static boolean isSame(Optional<MasterKey> opened, MasterKey master) {
        boolean same = opened.isPresent() && MessageDigest.isEqual(opened.get().bytes(), master.bytes());
        opened.ifPresent(MasterKey::close);
        return same;
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
        List<String> tooLarge = new ArrayList<>();
        if (master.isEmpty()) {
            master = byPassphrase(all.slots(), text, tooLarge);
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
        String notTried = tooLarge.isEmpty() ? "" : "; not tried: " + String.join(", ", tooLarge);
        throw new DoppelException(
                tooLarge.isEmpty() ? VaultError.WRONG_KEY : VaultError.SLOT_MEMORY,
                "What was given opens none of the " + (all.slots().size() - tooLarge.size()) + " usable key slots"
                        + notTried + damaged);
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

    /**
     * Tries all slots of passphrases.
     *
     * @param tooLarge takes a sentence of each that needs more memory than there is, which keeps nobody from using the others
     */
    private Optional<MasterKey> byPassphrase(List<Stored> slots, char[] text, List<String> tooLarge)
            throws DoppelException {
        for (Stored stored : slots) {
            if (stored.slot().kind().equals(Slot.PASSPHRASE)) {
                Optional<MasterKey> master = Optional.empty();
                try {
                    master = byPassphrase(stored.slot(), text);
                } catch (DoppelException e) {
                    if (!e.is(VaultError.SLOT_MEMORY)) {
                        throw e;
                    }
                    tooLarge.add("'" + stored.name() + "', because " + e.what());
                }
                if (master.isPresent()) {
                    return master;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<MasterKey> byPassphrase(Slot slot, char[] text) throws DoppelException {
        byte[] kek = Passphrases.derive(text, slot.kdf());
        Optional<MasterKey> master = slot.unwrap(vaultId, kek);
        Arrays.fill(kek, (byte) 0);
        return master;
    }

    /** What is wrong with the slots, now that their signatures can be checked. */
    List<ObjectProblem> verify(MasterKey master) throws DoppelException {
        All all = readAll();
        List<ObjectProblem> problems = new ArrayList<>(all.damaged());
        boolean recovery = false;
        for (Stored stored : all.slots()) {
            recovery |= stored.slot().kind().equals(Slot.RECOVERY);
            fault(stored, master).ifPresent(why -> problems.add(damaged(stored, why)));
        }
        if (!recovery && all.damaged().isEmpty()) {
            problems.add(new ObjectProblem(
                    FOLDER, "There is no slot of the recovery key", VaultError.MISSING_OBJECT, false));
        }
        return problems;
    }

    /** What is wrong with a slot that could be read; empty if it can be relied on, as far as this can be told without its key. */
    Optional<String> fault(Stored stored, MasterKey master) {
        if (!stored.text().verify(master.mac())) {
            return Optional.of("its signature is wrong");
        }
        if (stored.slot().kind().equals(Slot.RECOVERY) && !opensWithRecoveryKey(stored.slot(), master)) {
            return Optional.of("the recovery key does not open it");
        }
        return Optional.empty();
    }

    private boolean opensWithRecoveryKey(Slot slot, MasterKey master) {
        byte[] key = master.recoveryKey();
        Optional<MasterKey> opened = slot.unwrapWithKey(vaultId, key);
        Arrays.fill(key, (byte) 0);
        return isSame(opened, master);
    }

    private static ObjectProblem damaged(Stored stored, String why) {
        return ObjectProblem.of(stored.name(), Problems.damaged(stored.name(), why));
    }
}
