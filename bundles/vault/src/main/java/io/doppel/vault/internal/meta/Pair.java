package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.VaultError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An object without which nothing of a vault can be read, and its copy (docs/vault-format.md §3), as both were found.
 *
 * @param <T> what they say
 */
final class Pair<T> {
    /** Folder of the copies. */
    static final String COPIES = "copies";

    private final Side<T> original;
    private final Side<T> copy;

    private Pair(Side<T> original, Side<T> copy) {
        this.original = original;
        this.copy = copy;
    }

    /** Reads and authenticates one of both. */
    interface Reader<T> {
        T read(String name) throws DoppelException;
    }

    /** Writes the object of a name. */
    interface Form<T> {
        byte[] object(String name, T value);
    }

    /** What one of both says, or why it is of no use: one of the two is there. */
    private record Side<T>(String name, Optional<T> value, Optional<DoppelException> fault) {
        ObjectProblem problem(boolean vital) {
            DoppelException e = fault.orElseThrow();
            return new ObjectProblem(name, e.what(), e.code(), vital);
        }
    }

    static <T> Pair<T> read(String original, String copy, Reader<T> reader) throws DoppelException {
        return new Pair<>(side(original, reader), side(copy, reader));
    }

    /** What is not right is read a second time before it counts: the bytes may have changed on their way. */
    private static <T> Side<T> side(String name, Reader<T> reader) throws DoppelException {
        Side<T> side = attempt(name, reader);
        return side.value().isPresent() ? side : attempt(name, reader);
    }

    private static <T> Side<T> attempt(String name, Reader<T> reader) throws DoppelException {
        try {
            return new Side<>(name, Optional.of(reader.read(name)), Optional.empty());
        } catch (DoppelException e) {
            if (!Problems.mayBeOfOneObject(e)) {
                throw e;
            }
            return new Side<>(name, Optional.empty(), Optional.of(e));
        }
    }

    /** What the original says, or the copy if the original is not right; the original's failure if neither is. */
    T value() throws DoppelException {
        Optional<T> found = original.value().or(copy::value);
        if (found.isPresent()) {
            return found.get();
        }
        DoppelException first = original.fault().orElseThrow();
        String second = copy.fault().orElseThrow().what();
        throw new DoppelException(first.code(), first.what() + "; " + second, first);
    }

    /** All that was read and is right. */
    List<T> values() {
        List<T> all = new ArrayList<>();
        original.value().ifPresent(all::add);
        copy.value().ifPresent(all::add);
        return all;
    }

    /** What is wrong with either; vital if neither is right. */
    List<ObjectProblem> problems() {
        boolean vital = values().isEmpty();
        List<ObjectProblem> problems = new ArrayList<>();
        for (Side<T> side : List.of(original, copy)) {
            if (side.fault().isPresent()) {
                problems.add(side.problem(vital));
            }
        }
        return problems;
    }

    /**
     * Puts back the one that is missing or damaged from the one that is right; never touches one that is right. A crash in between
     * leaves that one.
     *
     * @return what was done, or why it could not be done; empty if there was nothing to do
     */
    Optional<String> mend(ObjectIo io, Form<T> form) {
        Side<T> wrong = original.value().isEmpty() ? original : copy;
        Side<T> right = wrong == original ? copy : original;
        if (right.value().isEmpty()
                || !wrong.fault().map(Problems::isObjectFault).orElse(false)) {
            return Optional.empty();
        }
        try {
            if (!wrong.fault().orElseThrow().is(VaultError.MISSING_OBJECT)) {
                io.delete(wrong.name());
            }
            io.put(wrong.name(), form.object(wrong.name(), right.value().orElseThrow()));
            return Optional.of("'" + wrong.name() + "' was put back from '" + right.name() + "'");
        } catch (DoppelException e) {
            return Optional.of(e.code().id() + ": '" + wrong.name() + "' could not be put back from '" + right.name()
                    + "': " + e.what());
        }
    }
}
