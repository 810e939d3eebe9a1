package io.doppel.core.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.hypervisor.folder.internal.FolderHypervisor;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HostWork;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.hypervisor.MachineControl;
import io.doppel.spi.hypervisor.MachineStreams;
import io.doppel.spi.hypervisor.RestoreRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Folders of images on a host that sends and takes whole machines of one disk, and starts and removes what was restored. */
final class StandardHypervisor implements HypervisorType {
    final AtomicInteger snapshots = new AtomicInteger();
    final List<Map<String, String>> received = new CopyOnWriteArrayList<>();
    final List<RestoreRequest> restores = new CopyOnWriteArrayList<>();
    final List<String> started = new CopyOnWriteArrayList<>();
    volatile String format = "image";
    /** What happens once that many bytes were sent. */
    volatile int troubleAt = Integer.MAX_VALUE;

    volatile Trouble trouble = () -> {};
    volatile Trouble atEnd = () -> {};
    volatile boolean readsToEnd = true;
    volatile Guest guest = () -> new MachineControl.GuestState(true, true, "Toy 1.0");

    private final HypervisorType real = new FolderHypervisor();

    /** What goes wrong. */
    interface Trouble {
        void strike() throws IOException, DoppelException;
    }

    /** How a started machine is. */
    interface Guest {
        MachineControl.GuestState state() throws DoppelException;
    }

    @Override
    public String name() {
        return "standard";
    }

    @Override
    public String title() {
        return "standard";
    }

    @Override
    public SettingsSpec settings() {
        return real.settings();
    }

    @Override
    public HypervisorHost connect(HostContext context) throws DoppelException {
        Path folder = context.settings().path("path");
        HypervisorHost host = real.connect(context);
        return Interposed.over(HypervisorHost.class, host, (method, arguments) -> switch (method) {
            case "streams" -> Optional.of(new Streams(folder));
            case "control" -> Optional.of(new Control(folder));
            case "prepareRestore" -> {
                restores.add((RestoreRequest) arguments[0]);
                yield null;
            }
            default -> null;
        });
    }

    private static void delete(Path machine) {
        try (Stream<Path> all = Files.walk(machine)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Streams implements MachineStreams {
        private final Path folder;

        Streams(Path folder) {
            this.folder = folder;
        }

        @Override
        public String format() {
            return folder.getFileName().toString().equals("other") ? format : "image";
        }

        @Override
        public SettingsSpec receiveOptions() {
            return SettingsSpec.of(SettingField.optional("storage", SettingType.TEXT, "Where disks go"));
        }

        @Override
        public Outgoing send(String machineId, HostWork work) throws DoppelException {
            byte[] disk;
            try {
                disk = Files.readAllBytes(folder.resolve(machineId).resolve("disk.img"));
            } catch (IOException e) {
                throw new DoppelException(CommonError.IO, machineId, e);
            }
            snapshots.incrementAndGet();
            work.info("a snapshot of " + machineId);
            return new Outgoing() {
                @Override
                public InputStream content() {
                    return new Troubled(disk);
                }

                @Override
                public long expectedBytes() {
                    return disk.length;
                }

                @Override
                public void complete() throws DoppelException {
                    try {
                        atEnd.strike();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }

                @Override
                public void close() {
                    snapshots.decrementAndGet();
                }
            };
        }

        @Override
        public String receive(InputStream content, String name, Map<String, String> options, HostWork work)
                throws DoppelException, IOException {
            received.add(options);
            Path machine = Files.createDirectory(folder.resolve(name));
            boolean whole = false;
            try {
                byte[] disk = readsToEnd ? content.readAllBytes() : content.readNBytes(100);
                Files.write(machine.resolve("disk.img"), disk);
                work.cancel().check();
                whole = true;
                return name;
            } finally {
                if (!whole) {
                    delete(machine);
                }
            }
        }
    }

    private final class Troubled extends ByteArrayInputStream {
        Troubled(byte[] disk) {
            super(disk);
        }

        @Override
        public int read(byte[] buffer, int from, int length) {
            if (pos >= troubleAt) {
                try {
                    trouble.strike();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                } catch (DoppelException e) {
                    throw new AssertionError(e);
                }
            }
            return super.read(buffer, from, Math.min(length, 8192));
        }
    }

    private final class Control implements MachineControl {
        private final Path folder;

        Control(Path folder) {
            this.folder = folder;
        }

        @Override
        public void start(String machineId, HostWork work) {
            started.add(machineId);
        }

        @Override
        public GuestState state(String machineId) throws DoppelException {
            return guest.state();
        }

        @Override
        public void destroy(String machineId) {
            if (Files.exists(folder.resolve(machineId))) {
                delete(folder.resolve(machineId));
            }
        }
    }
}
