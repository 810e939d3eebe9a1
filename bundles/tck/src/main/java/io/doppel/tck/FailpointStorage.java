package io.doppel.tck;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.GrantScope;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageGrant;
import io.doppel.spi.storage.StorageSpace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A storage that counts the operations that pass through it and fails at a chosen one, before or after it takes effect.
 * A test runs once without a failure, asks {@link #operations()}, and then runs again for each number and {@link When}.
 *
 * <p>Safe for several threads; with several, which operation has which number is up to their race.
 */
public final class FailpointStorage implements Storage {
    /** The operations that count, in the names of the SPI. */
    public enum Kind {
        /** {@link Storage#put}. */
        PUT,
        /** {@link ObjectWriter#write}. */
        WRITE,
        /** {@link ObjectWriter#commit}. */
        COMMIT,
        /** {@link Storage#read}. */
        READ,
        /** {@link Storage#list}. */
        LIST,
        /** {@link Storage#stat}. */
        STAT,
        /** {@link Storage#delete}. */
        DELETE;

        /** Whether it can change the target. */
        public boolean changes() {
            return this == PUT || this == WRITE || this == COMMIT || this == DELETE;
        }
    }

    /** On which side of an operation it fails. */
    public enum When {
        /** The operation does not happen. */
        BEFORE,
        /** The operation happens, but its caller does not learn it. */
        AFTER
    }

    /** What failing means. */
    public enum Effect {
        /** The operation throws {@link StorageError#IO}; later ones work. */
        FAIL,
        /** The operation throws an {@link InternalError}, as memory that ran out would; later ones work. */
        ERROR,
        /**
         * The process is as good as dead: this and every later operation throws {@link Crash}, and nothing reaches the
         * target any more. What a killed process leaves is what the target then holds.
         */
        CRASH
    }

    /** An operation that happened. */
    public record Operation(int number, Kind kind, String name) {
        /** Checks the parts. */
        public Operation {
            Objects.requireNonNull(kind);
            Objects.requireNonNull(name);
        }

        /** The first part of the name. */
        public String folder() {
            int slash = name.indexOf('/');
            return slash < 0 ? name : name.substring(0, slash);
        }
    }

    /** Stands for the death of the process. An error, so that nothing but a test's own catch clause takes it. */
    public static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash(String where) {
            super(where);
        }
    }

    private final Storage target;
    private final List<Operation> operations = new ArrayList<>();
    private Predicate<Operation> point = operation -> false;
    private int failAt = -1;
    private Runnable onCrash = () -> {};
    private When when = When.BEFORE;
    private Effect effect = Effect.FAIL;
    private boolean crashed;
    private long bytesLeft = Long.MAX_VALUE;

    /** @param target where operations go; closed with this */
    public FailpointStorage(Storage target) {
        this.target = Objects.requireNonNull(target);
    }

    /**
     * Arms a failure, once.
     *
     * @param number number of the operation, from 0, counted since this was made
     */
    public synchronized FailpointStorage failAt(int number, When side, Effect what) {
        return failAt(operation -> operation.number() == number, side, what);
    }

    /**
     * Arms a failure, once: at the first operation from now on for which the predicate holds. Whoever has several threads names the
     * operation by kind and name and counts in the predicate, which is asked about one operation after the other.
     */
    public synchronized FailpointStorage failAt(Predicate<Operation> which, When side, Effect what) {
        point = Objects.requireNonNull(which);
        failAt = -1;
        when = Objects.requireNonNull(side);
        effect = Objects.requireNonNull(what);
        return this;
    }

    /** What to do in the moment of the crash, before anybody learns of it: to keep what else the process leaves behind. */
    public synchronized FailpointStorage onCrash(Runnable action) {
        onCrash = Objects.requireNonNull(action);
        return this;
    }

    /** The operation at which the armed failure struck or is about to strike; empty before. */
    public synchronized Optional<Operation> struck() {
        return failAt < 0 ? Optional.empty() : Optional.of(operations.get(failAt));
    }

    /**
     * From now on takes this many bytes in writes, then throws {@link StorageError#FULL}; what an aborted writer wrote is
     * free again. {@link Long#MAX_VALUE} ends it.
     */
    public synchronized FailpointStorage fullAfter(long bytes) {
        bytesLeft = bytes;
        return this;
    }

    /** The operations so far, each counted when it starts; a copy. */
    public synchronized List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** Whether an armed failure was reached that stands for the death of the process. */
    public synchronized boolean crashed() {
        return crashed;
    }

    private interface Call<T> {
        T run() throws DoppelException;
    }

    private <T> T through(Kind kind, String name, Call<T> call) throws DoppelException {
        int number = begin(kind, name);
        T result = call.run();
        failIfArmed(number, kind, name, When.AFTER);
        return result;
    }

    private synchronized int begin(Kind kind, String name) throws DoppelException {
        checkAlive();
        int number = operations.size();
        Operation operation = new Operation(number, kind, name);
        operations.add(operation);
        if (failAt < 0 && point.test(operation)) {
            failAt = number;
        }
        failIfArmed(number, kind, name, When.BEFORE);
        return number;
    }

    private synchronized void failIfArmed(int number, Kind kind, String name, When side) throws DoppelException {
        checkAlive();
        if (number != failAt || side != when) {
            return;
        }
        String where = side + " operation " + number + " " + kind + " '" + name + "'";
        if (effect == Effect.CRASH) {
            crashed = true;
            onCrash.run();
            throw new Crash(where);
        }
        if (effect == Effect.ERROR) {
            throw new InternalError(where);
        }
        throw new DoppelException(StorageError.IO, "Failpoint " + where);
    }

    private synchronized void checkAlive() {
        if (crashed) {
            throw new Crash("the process is dead");
        }
    }

    private synchronized void take(int length) throws DoppelException {
        if (length > bytesLeft) {
            throw new DoppelException(StorageError.FULL, "Failpoint: no space left");
        }
        bytesLeft -= length;
    }

    private synchronized void giveBack(long length) {
        bytesLeft = Math.min(bytesLeft, Long.MAX_VALUE - length) + length;
    }

    @Override
    public StorageCapabilities capabilities() {
        return target.capabilities();
    }

    @Override
    public ObjectWriter put(String name) throws DoppelException {
        ObjectWriter writer = through(Kind.PUT, name, () -> target.put(name));
        return new Writer(name, writer);
    }

    @Override
    public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
        through(Kind.READ, name, () -> {
            target.read(name, offset, buffer, from, length);
            return null;
        });
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
        through(Kind.LIST, prefix, () -> {
            target.list(prefix, consumer);
            return null;
        });
    }

    @Override
    public Optional<ObjectInfo> stat(String name) throws DoppelException {
        return through(Kind.STAT, name, () -> target.stat(name));
    }

    @Override
    public void delete(String name) throws DoppelException {
        through(Kind.DELETE, name, () -> {
            target.delete(name);
            return null;
        });
    }

    @Override
    public Optional<StorageSpace> space() throws DoppelException {
        return target.space();
    }

    @Override
    public Map<String, String> facts() throws DoppelException {
        return target.facts();
    }

    @Override
    public Optional<StorageGrant> grant(GrantScope scope, Duration timeToLive) throws DoppelException {
        return target.grant(scope, timeToLive);
    }

    /** Closes the target, whose open writers are aborted, also after a crash: a dead process writes no more. */
    @Override
    public void close() {
        target.close();
    }

    private final class Writer implements ObjectWriter {
        private final String name;
        private final ObjectWriter writer;
        private long taken;

        Writer(String name, ObjectWriter writer) {
            this.name = name;
            this.writer = writer;
        }

        @Override
        public void write(byte[] buffer, int from, int length) throws DoppelException {
            through(Kind.WRITE, name, () -> {
                take(length);
                taken += length;
                writer.write(buffer, from, length);
                return null;
            });
        }

        @Override
        public void commit() throws DoppelException {
            through(Kind.COMMIT, name, () -> {
                writer.commit();
                taken = 0;
                return null;
            });
        }

        @Override
        public void close() {
            giveBack(taken);
            taken = 0;
            writer.close();
        }
    }
}
