package io.doppel.core.internal.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.error.ErrorCode;
import io.doppel.api.job.CancelToken;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.StorageTestView;
import io.doppel.api.vault.StorageTestView.Check;
import io.doppel.api.vault.StorageTestView.State;
import io.doppel.api.vault.StorageTestView.Throughput;
import io.doppel.api.vault.StorageTestView.Verdict;
import io.doppel.core.StorageTestError;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageCapabilities;
import io.doppel.spi.storage.StorageError;
import io.doppel.spi.storage.StorageSpace;
import io.doppel.spi.storage.StorageType;
import io.doppel.tck.ForwardingStorage;
import io.doppel.tck.MemorySecrets;
import io.doppel.tck.MemoryStorage.Content;
import io.doppel.tck.TestCancel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the test of a storage target finds on targets that are right, and on those that lack one thing each. */
class StorageTestsTest {
    private static final String US = "11111111-1111-4111-8111-111111111111";
    private static final String OTHERS = "22222222-2222-4222-8222-222222222222";
    private static final Duration LONG = Duration.ofMinutes(2);

    private final Content content = new Content();
    private final MemorySecrets secrets = new MemorySecrets();
    private final Plugins plugins = new Plugins();
    private final List<StorageTests> opened = new ArrayList<>();
    private final List<String> begun = new ArrayList<>();

    /** A storage type with one secret, whose storages are made by the test. */
    private record Type(Function<Content, Storage> storages, Content content) implements StorageType {
        @Override
        public String name() {
            return "memory";
        }

        @Override
        public String title() {
            return "Memory of a test";
        }

        @Override
        public SettingsSpec settings() {
            return SettingsSpec.of(SettingField.optional("password", SettingType.SECRET, "Password"));
        }

        @Override
        public Storage open(Settings settings, SecretStore store) throws DoppelException {
            if (settings.find("password").isPresent()) {
                assertEquals(
                        "open sesame",
                        new String(store.get(settings.secret("password").orElseThrow())));
            }
            return storages.apply(content);
        }
    }

    private StorageTests tests(Duration longest, Function<Content, Storage> storages) {
        plugins.storages().add(new Type(storages, content));
        StorageTests tests = new StorageTests(plugins.storages(), secrets, null, US, longest);
        opened.add(tests);
        return tests;
    }

    private StorageTestView test(Function<Content, Storage> storages) throws DoppelException {
        return tests(LONG, storages)
                .testStorage("memory", Map.of("password", "open sesame"), false, begun::add, CancelToken.NEVER);
    }

    @AfterEach
    void close() {
        opened.forEach(StorageTests::close);
    }

    private static Check check(StorageTestView view, String name) {
        return view.checks().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no check " + name + " in " + view.checks()));
    }

    @Test
    void aRightTargetIsFitAndNothingIsLeft() throws Exception {
        content.overwrite("config", new byte[] {1});
        StorageTestView view = test(c -> new ForwardingStorage(c, false) {
            @Override
            public StorageCapabilities capabilities() {
                return new StorageCapabilities(false, false, 3, 1 << 20);
            }

            @Override
            public Optional<StorageSpace> space() {
                return Optional.of(new StorageSpace(100L << 30, 50L << 30));
            }

            @Override
            public Map<String, String> facts() {
                return Map.of("flush", "memory");
            }
        });
        assertEquals(Verdict.FIT, view.verdict(), () -> view.checks().toString());
        assertEquals(
                List.of(
                        "space",
                        "put",
                        "read",
                        "list",
                        "clock",
                        "delete",
                        "whole",
                        "listed",
                        "exclusive",
                        "flush",
                        "throughput",
                        "clean-up"),
                view.checks().stream().map(Check::name).toList());
        assertTrue(view.checks().stream().allMatch(c -> c.state() == State.PASSED));
        assertTrue(
                check(view, "flush").text().contains("waits for: memory"),
                check(view, "flush").text());
        assertEquals(
                List.of("put", "read", "stat", "list", "delete"),
                view.latencies().stream()
                        .map(StorageTestView.Latency::operation)
                        .toList());
        view.latencies().forEach(l -> assertTrue(l.samples() >= 3 && l.median().compareTo(l.worst()) <= 0));
        assertEquals(
                List.of("put 1", "put 3", "read 1", "read 3"),
                view.throughputs().stream()
                        .map(t -> t.operation() + " " + t.streams())
                        .toList());
        for (Throughput t : view.throughputs()) {
            assertTrue(t.bytes() >= 1 << 20 && t.bytesPerSecond() > 0, t.toString());
        }
        assertEquals(50L << 30, view.freeBytes());
        assertEquals(Set.of("config"), content.names());
        assertEquals(0, secrets.size());
        assertTrue(begun.contains("exclusive creation"), begun.toString());
    }

    @Test
    void whereDeletedThingsStayLittleIsPut() throws Exception {
        StorageTestView view = test(c -> new ForwardingStorage(c, false) {
            @Override
            public Map<String, String> facts() {
                return Map.of("delete", "kept for 14 days");
            }
        });
        assertEquals(Verdict.FIT, view.verdict(), () -> view.checks().toString());
        view.throughputs().forEach(t -> assertTrue(t.bytes() <= 5 << 20, t.toString()));
    }

    /** What a target may lack; the name is that of the check that must say so. */
    private record Lack(String check, State state, String code, Verdict verdict, Function<Content, Storage> storage) {
        static Lack fails(String check, ErrorCode code, Function<Content, Storage> storage) {
            return new Lack(check, State.FAILED, code.id(), Verdict.UNFIT, storage);
        }

        static Lack warns(String check, ErrorCode code, Function<Content, Storage> storage) {
            return new Lack(check, State.WARNING, code.id(), Verdict.WARNINGS, storage);
        }
    }

    @TestFactory
    Stream<DynamicTest> whatATargetLacksIsFound() {
        return lacks().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    Lack lack = e.getValue();
                    StorageTestsTest own = new StorageTestsTest();
                    try {
                        StorageTestView view = own.test(lack.storage());
                        Check check = check(view, lack.check());
                        assertEquals(
                                lack.state(), check.state(), () -> view.checks().toString());
                        assertEquals(
                                lack.code(), check.code(), () -> view.checks().toString());
                        assertFalse(check.advice().isEmpty());
                        assertEquals(
                                lack.verdict(),
                                view.verdict(),
                                () -> view.checks().toString());
                        assertEquals(0, own.secrets.size());
                        if (!lack.check().equals("delete") && !lack.check().equals("clean-up")) {
                            assertEquals(Set.of(), own.content.names(), "something is left");
                        }
                    } finally {
                        own.close();
                    }
                }));
    }

    private static DoppelException denied(String what) {
        return new DoppelException(StorageError.DENIED, what + " is not allowed");
    }

    private static Map<String, Lack> lacks() {
        Map<String, Lack> all = new TreeMap<>();
        all.put("put refused", Lack.fails("put", StorageError.DENIED, c -> new ForwardingStorage(c, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                throw denied("putting");
            }
        }));
        all.put("read-only", Lack.fails("put", StorageError.READ_ONLY, c -> new ForwardingStorage(c, true)));
        all.put("read refused", Lack.fails("read", StorageError.DENIED, c -> new ForwardingStorage(c, false) {
            @Override
            public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
                throw denied("reading");
            }
        }));
        all.put("list refused", Lack.fails("list", StorageError.DENIED, c -> new ForwardingStorage(c, false) {
            @Override
            public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
                throw denied("listing");
            }
        }));
        all.put("delete refused", Lack.warns("delete", StorageError.DENIED, c -> new ForwardingStorage(c, false) {
            @Override
            public void delete(String name) throws DoppelException {
                throw denied("deleting");
            }
        }));
        all.put(
                "delete keeps",
                Lack.warns("delete", StorageTestError.NOT_DELETED, c -> new ForwardingStorage(c, false) {
                    @Override
                    public void delete(String name) {
                        // condemned, and still told
                    }
                }));
        all.put(
                "put overwrites",
                Lack.fails("exclusive", StorageTestError.NOT_EXCLUSIVE, c -> new ForwardingStorage(c, false) {
                    @Override
                    public ObjectWriter put(String name) throws DoppelException {
                        return new Writer(super.put(name)) {
                            @Override
                            public void commit() throws DoppelException {
                                c.remove(name);
                                super.commit();
                            }
                        };
                    }
                }));
        all.put(
                "overwrites and says that it refused",
                Lack.fails("exclusive", StorageTestError.NOT_EXCLUSIVE, Overwrites::new));
        all.put(
                "exclusive, but not against racing writers",
                Lack.fails("exclusive", StorageTestError.NOT_EXCLUSIVE, Racy::new));
        all.put(
                "other bytes come back",
                Lack.fails("read", StorageTestError.NOT_WHOLE, c -> new ForwardingStorage(c, false) {
                    @Override
                    public void read(String name, long offset, byte[] buffer, int from, int length)
                            throws DoppelException {
                        super.read(name, offset, buffer, from, length);
                        buffer[from] ^= 1;
                    }
                }));
        all.put(
                "big objects lose their end",
                Lack.fails("whole", StorageTestError.NOT_WHOLE, c -> new ForwardingStorage(c, false) {
                    @Override
                    public void read(String name, long offset, byte[] buffer, int from, int length)
                            throws DoppelException {
                        super.read(name, offset, buffer, from, length);
                        if (offset > 0) {
                            buffer[from + length - 1] ^= 1;
                        }
                    }
                }));
        all.put(
                "not listed at once",
                Lack.fails("listed", StorageTestError.NOT_LISTED, c -> new ForwardingStorage(c, false) {
                    private boolean first = true;

                    @Override
                    public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
                        if (prefix.equals("probe") || first) {
                            first = prefix.equals("probe");
                        } else {
                            super.list(prefix, consumer);
                        }
                    }
                }));
        all.put("listed twice", Lack.fails("listed", StorageTestError.NOT_LISTED, c -> new ForwardingStorage(c, false) {
            @Override
            public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
                super.list(prefix, consumer);
                super.list(prefix, consumer);
            }
        }));
        all.put("wrong size", Lack.fails("listed", StorageTestError.NOT_LISTED, c -> new ForwardingStorage(c, false) {
            @Override
            public Optional<ObjectInfo> stat(String name) throws DoppelException {
                return super.stat(name).map(o -> new ObjectInfo(o.name(), o.size() + 1, o.created()));
            }
        }));
        all.put("full", Lack.fails("whole", StorageError.FULL, c -> full(c, 2 << 20)));
        all.put("full while measuring", Lack.fails("throughput", StorageError.FULL, c -> full(c, 10 << 20)));
        all.put(
                "little space",
                Lack.warns("space", StorageTestError.LITTLE_SPACE, c -> new ForwardingStorage(c, false) {
                    @Override
                    public Optional<StorageSpace> space() {
                        return Optional.of(new StorageSpace(1L << 30, 100L << 20));
                    }
                }));
        all.put("facts fail", Lack.warns("facts", StorageError.IO, c -> new ForwardingStorage(c, false) {
            @Override
            public Map<String, String> facts() throws DoppelException {
                throw new DoppelException(StorageError.IO, "no answer");
            }
        }));
        all.put("another time", Lack.warns("clock", StorageTestError.CLOCK, c -> new ForwardingStorage(c, false) {
            @Override
            public Optional<ObjectInfo> stat(String name) throws DoppelException {
                return super.stat(name)
                        .map(o -> new ObjectInfo(o.name(), o.size(), o.created().plusSeconds(300)));
            }
        }));
        return all;
    }

    private static Storage full(Content content, long most) {
        AtomicLong taken = new AtomicLong();
        return new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                return new Writer(super.put(name)) {
                    @Override
                    public void write(byte[] buffer, int from, int length) throws DoppelException {
                        if (taken.addAndGet(length) > most) {
                            throw new DoppelException(StorageError.FULL, "no space left");
                        }
                        super.write(buffer, from, length);
                    }
                };
            }
        };
    }

    /** Tells the loser that it lost, and keeps its bytes. */
    private static final class Overwrites extends ForwardingStorage {
        private final Content content;

        Overwrites(Content content) {
            super(content, false);
            this.content = content;
        }

        @Override
        public ObjectWriter put(String name) throws DoppelException {
            boolean there = stat(name).isPresent();
            return new Writer(super.put(name)) {
                private byte[] last = {};

                @Override
                public void write(byte[] buffer, int from, int length) throws DoppelException {
                    last = Arrays.copyOfRange(buffer, from, from + length);
                    super.write(buffer, from, length);
                }

                @Override
                public void commit() throws DoppelException {
                    if (there) {
                        content.overwrite(name, last);
                    }
                    super.commit();
                }
            };
        }
    }

    /** Looks whether the name is free, and then takes it, as two steps. */
    private static final class Racy extends ForwardingStorage {
        private final Content content;
        private final CyclicBarrier both = new CyclicBarrier(2);

        Racy(Content content) {
            super(content, false);
            this.content = content;
        }

        @Override
        public ObjectWriter put(String name) throws DoppelException {
            return new Writer(super.put(name)) {
                @Override
                public void commit() throws DoppelException {
                    if (stat(name).isPresent()) {
                        throw new DoppelException(StorageError.EXISTS, name);
                    }
                    if (name.contains("race")) {
                        meet();
                        content.overwrite(name, new byte[4096]);
                    } else {
                        super.commit();
                    }
                }
            };
        }

        private void meet() {
            try {
                both.await(120, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError("the racers do not race", e);
            }
        }
    }

    @Test
    void aTargetThatGoesIsNotTriedAnyFurther() throws Exception {
        AtomicLong calls = new AtomicLong();
        StorageTestView view = test(c -> new ForwardingStorage(c, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                if (name.contains("size-1")) {
                    calls.incrementAndGet();
                    throw new DoppelException(StorageError.UNREACHABLE, "gone");
                }
                return super.put(name);
            }
        });
        assertEquals(Verdict.UNFIT, view.verdict());
        assertEquals("DPL-STO-0005", check(view, "whole").code());
        assertEquals(State.SKIPPED, check(view, "exclusive").state());
        assertEquals(State.SKIPPED, check(view, "throughput").state());
        assertEquals(1, calls.get());
    }

    @Test
    void aTargetThatIsOnlyReadGetsNothing() throws Exception {
        content.overwrite("config", new byte[100]);
        StorageTests tests = tests(LONG, c -> new ForwardingStorage(c, false) {
            @Override
            public ObjectWriter put(String name) {
                throw new AssertionError("put " + name);
            }

            @Override
            public void delete(String name) {
                throw new AssertionError("delete " + name);
            }
        });
        StorageTestView view = tests.testStorage("memory", Map.of(), true, begun::add, CancelToken.NEVER);
        assertEquals(Verdict.FIT, view.verdict(), () -> view.checks().toString());
        assertEquals(State.PASSED, check(view, "read").state());
        assertEquals(State.PASSED, check(view, "list").state());
        assertEquals(State.SKIPPED, check(view, "put").state());
    }

    @Test
    void leftoversOfTestsThatDiedAreRemoved() throws Exception {
        content.overwrite("probe/" + US + "/dead0000-bulk-1-0-0", new byte[1000]);
        content.overwrite("probe/" + OTHERS + "/young000-small-1", new byte[1000]);
        content.overwrite("probe/" + OTHERS + "/old00000-small-1", new byte[1000]);
        content.overwrite("versions/00/1", new byte[1000]);
        StorageTestView view = test(c -> new ForwardingStorage(c, false) {
            @Override
            public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
                super.list(
                        prefix,
                        o -> consumer.accept(
                                o.name().contains("/old")
                                        ? new ObjectInfo(
                                                o.name(),
                                                o.size(),
                                                Instant.now().minus(Duration.ofHours(2)))
                                        : o));
            }
        });
        assertEquals(State.PASSED, check(view, "leftovers").state());
        assertEquals(Set.of("probe/" + OTHERS + "/young000-small-1", "versions/00/1"), content.names());
    }

    /** A target whose first bulk object hangs until it is let go. */
    private static final class Hangs extends ForwardingStorage {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch letGo = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        Hangs(Content content) {
            super(content, false);
        }

        @Override
        public ObjectWriter put(String name) throws DoppelException {
            return new Writer(super.put(name)) {
                @Override
                public void commit() throws DoppelException {
                    super.commit();
                    if (name.contains("bulk")) {
                        reached.countDown();
                        await(letGo);
                    }
                }
            };
        }

        @Override
        public void close() {
            super.close();
            closed.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(300, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTestThatIsCancelledEndsAtOnceAndCleansUp() throws Exception {
        Hangs storage = new Hangs(content);
        StorageTests tests = tests(LONG, c -> storage);
        TestCancel cancel = new TestCancel();
        CompletableFuture<StorageTestView> result = CompletableFuture.supplyAsync(() -> {
            try {
                return tests.testStorage("memory", Map.of("password", "open sesame"), false, w -> {}, cancel);
            } catch (DoppelException e) {
                throw new CompletionException(e);
            }
        });
        await(storage.reached);
        cancel.cancel();
        // the target still hangs
        assertTrue(failure(result).is(CommonError.CANCELLED));
        assertEquals(1, storage.letGo.getCount());
        assertFalse(content.names().isEmpty());
        storage.letGo.countDown();
        await(storage.closed);
        assertEquals(Set.of(), content.names());
        tests.close();
        assertEquals(0, secrets.size());
    }

    private static DoppelException failure(CompletableFuture<?> result) throws InterruptedException, TimeoutException {
        ExecutionException e = assertThrows(ExecutionException.class, () -> result.get(300, TimeUnit.SECONDS));
        return (DoppelException) e.getCause();
    }

    @Test
    void twoTestsOfOneTargetLeaveEachOtherAlone() throws Exception {
        Hangs storage = new Hangs(content);
        List<Storage> storages = new ArrayList<>(List.of(storage, new ForwardingStorage(content, false)));
        StorageTests tests = tests(LONG, c -> storages.remove(0));
        CompletableFuture<StorageTestView> first = CompletableFuture.supplyAsync(() -> {
            try {
                return tests.testStorage("memory", Map.of(), false, w -> {}, CancelToken.NEVER);
            } catch (DoppelException e) {
                throw new CompletionException(e);
            }
        });
        await(storage.reached);
        StorageTestView second = tests.testStorage("memory", Map.of(), false, w -> {}, CancelToken.NEVER);
        storage.letGo.countDown();
        assertEquals(Verdict.FIT, second.verdict(), () -> second.checks().toString());
        assertEquals(Verdict.FIT, first.get(300, TimeUnit.SECONDS).verdict());
        assertEquals(Set.of(), content.names());
    }

    @Test
    void aTestThatTakesTooLongIsEnded() throws Exception {
        Hangs storage = new Hangs(content);
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> tests(Duration.ofMillis(300), c -> storage)
                        .testStorage("memory", Map.of(), false, w -> {}, CancelToken.NEVER));
        assertTrue(e.is(StorageTestError.TIMED_OUT), e.getMessage());
        storage.letGo.countDown();
        await(storage.closed);
        assertEquals(Set.of(), content.names());
    }

    @Test
    void whatKeepsItFromBeingOpenedKeepsItsCode() {
        StorageTests tests = tests(LONG, c -> null);
        DoppelException unknown = assertThrows(
                DoppelException.class, () -> tests.testStorage("nothing", Map.of(), false, w -> {}, CancelToken.NEVER));
        assertTrue(unknown.is(CommonError.PLUGIN_GONE));
        DoppelException bad = assertThrows(
                DoppelException.class,
                () -> tests.testStorage("memory", Map.of("colour", "red"), false, w -> {}, CancelToken.NEVER));
        assertTrue(bad.is(CommonError.UNKNOWN_SETTING));
        TestCancel cancelled = new TestCancel();
        cancelled.cancel();
        DoppelException early = assertThrows(
                DoppelException.class,
                () -> tests.testStorage("memory", Map.of("password", "open sesame"), false, w -> {}, cancelled));
        assertTrue(early.is(CommonError.CANCELLED));
        assertEquals(0, secrets.size());
    }
}
