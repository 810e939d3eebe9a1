package io.doppel.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.spi.storage.ObjectWriter;
import io.doppel.spi.storage.Storage;
import io.doppel.spi.storage.StorageError;
import io.doppel.tck.MemoryStorage.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The storage contract must notice each of these, and pass what is right. */
class StorageMutantsTest {
    private static Function<Content, Storage> underTest;

    /** The contract on whatever is under test. Not found by the build, as its name does not end in Test. */
    static class Subject extends StorageContract {
        private Content content;

        @Override
        protected void clear() {
            content = new Content();
        }

        @Override
        protected Storage open() {
            return underTest.apply(content);
        }

        @Override
        protected Optional<Storage> openReadOnly() {
            return Optional.of(new ForwardingStorage(content, true));
        }

        @Override
        protected long bigObjectSize() {
            return 3 << 20;
        }
    }

    private static ContractRun run(Function<Content, Storage> storage) {
        underTest = storage;
        return ContractRun.of(Subject.class);
    }

    @Test
    void theRightOnePasses() {
        ContractRun run = run(content -> new ForwardingStorage(content, false));
        assertEquals(List.of(), run.failures());
        assertTrue(run.found() > 60, "tests found: " + run.found());
    }

    @TestFactory
    Stream<DynamicTest> everyMutantFails() {
        return mutants().entrySet().stream()
                .map(mutant -> DynamicTest.dynamicTest(mutant.getKey(), () -> {
                    ContractRun run = run(mutant.getValue());
                    assertFalse(run.failures().isEmpty(), "the contract does not notice: " + mutant.getKey());
                    assertTrue(
                            run.failures().stream()
                                    .allMatch(f -> f.contains("AssertionFailedError")
                                            || f.contains("AssertionError")
                                            || f.contains("DoppelException")),
                            () -> "a failure that explains nothing: " + run.failures());
                }));
    }

    private static Map<String, Function<Content, Storage>> mutants() {
        Map<String, Function<Content, Storage>> all = new TreeMap<>();
        all.put("facts of several lines", content -> new ForwardingStorage(content, false) {
            @Override
            public Map<String, String> facts() {
                return Map.of("server", "one\ntwo");
            }
        });
        all.put("put overwrites", content -> new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                return new Writer(super.put(name)) {
                    @Override
                    public void commit() throws DoppelException {
                        content.remove(name);
                        super.commit();
                    }
                };
            }
        });
        all.put("exclusive only against earlier objects, not against racing ones", RacyCommit::new);
        all.put("losing a race says nothing", content -> new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                return new Writer(super.put(name)) {
                    @Override
                    public void commit() throws DoppelException {
                        try {
                            super.commit();
                        } catch (DoppelException e) {
                            if (!e.is(StorageError.EXISTS)) {
                                throw e;
                            }
                        }
                    }
                };
            }
        });
        all.put("list is one object late", content -> new ForwardingStorage(content, false) {
            @Override
            public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
                List<ObjectInfo> told = new ArrayList<>();
                super.list(prefix, told::add);
                told.stream().skip(1).forEach(consumer);
            }
        });
        all.put("list tells objects twice", content -> new ForwardingStorage(content, false) {
            @Override
            public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
                super.list(prefix, consumer);
                super.list(prefix, consumer);
            }
        });
        all.put("list takes part of a name as prefix", content -> new ForwardingStorage(content, false) {
            @Override
            public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
                super.list("", info -> {
                    if (info.name().startsWith(prefix)) {
                        consumer.accept(info);
                    }
                });
            }
        });
        all.put("list tells temporary things", content -> new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                ObjectWriter writer = super.put(name);
                content.overwrite("tmp", new byte[1]);
                return new Writer(writer) {
                    @Override
                    public void close() {
                        content.remove("tmp");
                        super.close();
                    }
                };
            }
        });
        all.put("list tells wrong sizes", content -> new ForwardingStorage(content, false) {
            @Override
            public void list(String prefix, Consumer<ObjectInfo> consumer) throws DoppelException {
                super.list(
                        prefix, info -> consumer.accept(new ObjectInfo(info.name(), info.size() + 1, info.created())));
            }
        });
        all.put("abort leaves half an object", content -> new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                return new Writer(super.put(name)) {
                    @Override
                    public void close() {
                        if (content.bytes(name).isEmpty()) {
                            content.overwrite(name, new byte[3]);
                        }
                        super.close();
                    }
                };
            }
        });
        all.put("object is visible before commit", content -> new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                ObjectWriter writer = super.put(name);
                AtomicBoolean first = new AtomicBoolean(content.bytes(name).isEmpty());
                if (first.get()) {
                    content.overwrite(name, new byte[0]);
                }
                return new Writer(writer) {
                    @Override
                    public void commit() throws DoppelException {
                        if (first.get()) {
                            content.remove(name);
                        }
                        super.commit();
                    }
                };
            }
        });
        all.put("read returns short", content -> new ForwardingStorage(content, false) {
            @Override
            public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
                super.read(name, offset, buffer, from, Math.max(0, length - 1));
            }
        });
        all.put("read beyond the end gives zeros", content -> new ForwardingStorage(content, false) {
            @Override
            public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
                long size = stat(name).map(ObjectInfo::size).orElse((long) length);
                super.read(name, offset, buffer, from, (int) Math.max(0, Math.min(length, size - offset)));
            }
        });
        all.put("read ignores where in the buffer", content -> new ForwardingStorage(content, false) {
            @Override
            public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
                super.read(name, offset, buffer, 0, length);
            }
        });
        all.put("read of an absent object is TOO_SHORT", content -> new ForwardingStorage(content, false) {
            @Override
            public void read(String name, long offset, byte[] buffer, int from, int length) throws DoppelException {
                if (stat(name).isEmpty()) {
                    throw new DoppelException(StorageError.TOO_SHORT, "mutant");
                }
                super.read(name, offset, buffer, from, length);
            }
        });
        all.put("last byte is lost in big objects", content -> new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                return new Writer(super.put(name)) {
                    @Override
                    public void write(byte[] buffer, int from, int length) throws DoppelException {
                        super.write(buffer, from, length == 1 << 20 ? length - 1 : length);
                    }
                };
            }
        });
        all.put("writer keeps the caller's array", LazyWriter::new);
        all.put("empty objects are not stored", content -> new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                return new Writer(super.put(name)) {
                    @Override
                    public void commit() throws DoppelException {
                        super.commit();
                        if (content.bytes(name).orElseThrow().length == 0) {
                            content.remove(name);
                        }
                    }
                };
            }
        });
        all.put("deleting an absent object fails", content -> new ForwardingStorage(content, false) {
            @Override
            public void delete(String name) throws DoppelException {
                if (stat(name).isEmpty()) {
                    throw new DoppelException(StorageError.NOT_FOUND, "mutant");
                }
                super.delete(name);
            }
        });
        all.put("delete does nothing", content -> new ForwardingStorage(content, false) {
            @Override
            public void delete(String name) throws DoppelException {
                super.stat(name);
            }
        });
        all.put("delete takes the whole folder", content -> new ForwardingStorage(content, false) {
            @Override
            public void delete(String name) throws DoppelException {
                List<String> names = new ArrayList<>();
                super.list(name, info -> names.add(info.name()));
                for (String each : names) {
                    super.delete(each);
                }
                super.delete(name);
            }
        });
        all.put("names are not checked when reading", content -> new ForwardingStorage(content, false) {
            @Override
            public Optional<ObjectInfo> stat(String name) throws DoppelException {
                return name.contains("..") ? Optional.empty() : super.stat(name);
            }
        });
        all.put("reopening starts empty", content -> new ForwardingStorage(new Content(), false));
        all.put("closing keeps writers alive", content -> new ForwardingStorage(content, false) {
            @Override
            public ObjectWriter put(String name) throws DoppelException {
                ObjectWriter own = new MemoryStorage(content, false).put(name);
                super.put(name).close();
                return own;
            }
        });
        all.put("announces no grants but gives one", content -> new ForwardingStorage(content, false) {
            @Override
            public Optional<io.doppel.spi.storage.StorageGrant> grant(
                    io.doppel.spi.storage.GrantScope scope, java.time.Duration timeToLive) {
                return Optional.of(new io.doppel.spi.storage.StorageGrant(
                        "x", Map.of(), Map.of(), java.time.Instant.now().plus(timeToLive)));
            }
        });
        return all;
    }

    /** Looks first and stores then, with others in between. */
    private static final class RacyCommit extends ForwardingStorage {
        private final Content content;

        RacyCommit(Content content) {
            super(content, false);
            this.content = content;
        }

        @Override
        public ObjectWriter put(String name) throws DoppelException {
            return new Writer(super.put(name)) {
                @Override
                public void commit() throws DoppelException {
                    boolean taken = content.bytes(name).isPresent();
                    Thread.yield();
                    if (!taken) {
                        content.remove(name);
                    }
                    super.commit();
                }
            };
        }
    }

    /** Passes the arrays on at commit only. */
    private static final class LazyWriter extends ForwardingStorage {
        private record Part(byte[] buffer, int from, int length) {}

        LazyWriter(Content content) {
            super(content, false);
        }

        @Override
        public ObjectWriter put(String name) throws DoppelException {
            List<Part> parts = new ArrayList<>();
            return new Writer(super.put(name)) {
                @Override
                public void write(byte[] buffer, int from, int length) {
                    parts.add(new Part(buffer, from, length));
                }

                @Override
                public void commit() throws DoppelException {
                    for (Part part : parts) {
                        super.write(part.buffer(), part.from(), part.length());
                    }
                    super.commit();
                }
            };
        }
    }
}
