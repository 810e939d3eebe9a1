package io.doppel.xen.it;

import io.doppel.sim.xapi.Disks;
import io.doppel.sim.xapi.Records;
import io.doppel.sim.xapi.SimPool;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.http.DiskServices;
import io.doppel.sim.xapi.http.StreamScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A simulated pool of two hosts whose machines have real file systems on their disks. Of each snapshot that anybody takes it keeps
 * independent copies of the disks, made at once: what the versions are compared with.
 */
final class TestPool implements AutoCloseable {
    static final String PASSWORD = "the pool's password";

    final DiskStore disks;
    final SimPool sim;
    final StreamScript streams = new StreamScript();
    private final Path folder;
    private final List<Oracle> oracles = new CopyOnWriteArrayList<>();
    private final AtomicInteger logins = new AtomicInteger();
    private final Set<String> copied = new HashSet<>();

    /**
     * The disks of a machine as they were when it was snapshotted.
     *
     * @param machine name
     * @param files raw images by the disk's position
     */
    record Oracle(String machine, Map<String, Path> files) {}

    /** @param folder empty, with a short path */
    TestPool(Path folder) throws IOException, InterruptedException {
        this(folder, 0, "127.0.0.1", "127.0.0.2");
    }

    /** @param port of all hosts; 0 for any free one */
    TestPool(Path folder, int port, String... addresses) throws IOException {
        this(folder, store -> store, 0, port, addresses);
    }

    /** A pool whose storage has chains of snapshots as the VHD kind has, with a longest length. */
    static TestPool withChains(Path folder, int longest) throws IOException, InterruptedException {
        return new TestPool(folder, store -> store, longest, 0, "127.0.0.1", "127.0.0.2");
    }

    /** @param seen gives what the pool itself sees of the disks */
    TestPool(Path folder, Function<DiskStore, Disks> seen, int port, String... addresses) throws IOException {
        this(folder, seen, 0, port, addresses);
    }

    private TestPool(Path folder, Function<DiskStore, Disks> seen, int chains, int port, String... addresses)
            throws IOException {
        this.folder = folder;
        disks = new DiskStore(Files.createDirectories(folder.resolve("sr")));
        sim = DiskServices.mount(SimPool.builder(), disks, streams)
                .hosts(port, addresses)
                .disks(seen.apply(disks))
                .login("root", PASSWORD)
                .chains(chains)
                .start();
        String network = sim.records().all("network").get(0);
        sim.call("network.add_purpose", network, "nbd");
        watchSnapshots();
    }

    private void watchSnapshots() {
        sim.faults().on("session.login_with_password").times(Integer.MAX_VALUE).run(logins::incrementAndGet);
        sim.faults().on("VM.snapshot").afterwards().times(Integer.MAX_VALUE).run(this::copySnapshots);
    }

    /** How often somebody sent a user's name and password. */
    int logins() {
        return logins.get();
    }

    /** Forgets all scripted faults. */
    void wellAgain() {
        sim.faults().clear();
        watchSnapshots();
    }

    /** From now on snapshots are not copied. */
    void keepNoCopies() {
        sim.faults().clear();
    }

    private synchronized void copySnapshots() {
        Records records = sim.records();
        for (String vm : records.all("VM")) {
            if ((Boolean) records.get("VM", vm, "is_a_snapshot") && copied.add(vm)) {
                Map<String, Path> files = new TreeMap<>();
                disksOf(vm).forEach((device, vdi) -> files.put(device, copy(vdi)));
                oracles.add(new Oracle(records.text("VM", records.text("VM", vm, "snapshot_of"), "name_label"), files));
            }
        }
    }

    /** The raw content of a disk that nobody writes, in a new file. */
    Path copy(String vdi) {
        try {
            Path file = Files.createTempFile(folder, "copy", ".raw");
            disks.export(vdi, file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Uuids of a machine's disks, by position. */
    Map<String, String> disksOf(String vm) {
        Records records = sim.records();
        Map<String, String> found = new LinkedHashMap<>();
        for (String vbd : records.refs("VM", vm, "VBDs")) {
            if (records.text("VBD", vbd, "type").equals("Disk")) {
                String vdi = records.text("VBD", vbd, "VDI");
                found.put(records.text("VBD", vbd, "userdevice"), records.text("VDI", vdi, "uuid"));
            }
        }
        return found;
    }

    /** The copies made at the newest snapshot of a machine. */
    Oracle lastOracle(String machine) {
        List<Oracle> of =
                oracles.stream().filter(o -> o.machine().equals(machine)).toList();
        return of.get(of.size() - 1);
    }

    /**
     * A machine that is off, each of whose disks is an ext4 file system with some files; the first can be started.
     *
     * @return its reference
     */
    String machine(String name, long... sizes) throws IOException, InterruptedException {
        String vm = sim.machine(name, sizes);
        for (Map.Entry<String, String> disk : disksOf(vm).entrySet()) {
            Path work = Files.createTempDirectory(folder, "made");
            Path image = work.resolve("image");
            long size = sizes[Integer.parseInt(disk.getKey())];
            BootableDisk.make(image, size, (int) (size / 4), work);
            disks.fill(disk.getValue(), image, "raw");
            delete(work);
        }
        return vm;
    }

    /** The file system of a machine's disk, mounted. */
    GuestDisk mount(String vm, String position) throws IOException {
        return new GuestDisk(disks.open(disksOf(vm).get(position)), folder);
    }

    /** Reference of the machine with that name. */
    String named(String name) {
        return vms().filter(vm -> sim.records().text("VM", vm, "name_label").equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no machine " + name));
    }

    private Stream<String> vms() {
        return sim.records().all("VM").stream()
                .filter(vm -> !(Boolean) sim.records().get("VM", vm, "is_a_snapshot"));
    }

    /**
     * Waits until nothing is left. A server that was just started sweeps once a vault that it opens says that no other server goes on in its
     * place; a run that begins before does not wait for that.
     */
    List<String> awaitSwept() throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!leftovers().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(100);
        }
        return leftovers();
    }

    /** What should not be there between runs: snapshots, disks that no machine has except change bases, half machines, tasks. */
    List<String> leftovers() {
        Records records = sim.records();
        List<String> found = new ArrayList<>();
        var listing = sim.listing();
        listing.snapshots().values().forEach(s -> found.add("snapshot " + s));
        listing.pendingTasks()
                .forEach((uuid, label) -> found.add(
                        "task " + label + " " + records.get("task", records.find("task", uuid), "other_config")));
        listing.vms().values().stream().filter(n -> n.startsWith("[")).forEach(n -> found.add("machine " + n));
        listing.vbds().values().stream()
                .filter(v -> v.startsWith("Control domain"))
                .forEach(v -> found.add("VBD " + v));
        for (String vdi : records.all("VDI")) {
            Map<String, Object> record = records.get("VDI", vdi);
            boolean attached = !((List<?>) record.get("VBDs")).isEmpty();
            boolean base = record.get("type").equals("cbt_metadata");
            boolean inside = Boolean.FALSE.equals(record.get("managed"));
            if (!attached && !base && !inside) {
                found.add("disk " + record.get("name_label") + " " + record.get("other_config"));
            }
        }
        return found;
    }

    /** Snapshots' places in the log that are kept as change bases. */
    long bases() {
        return sim.records().all("VDI").stream()
                .filter(v -> sim.records().text("VDI", v, "type").equals("cbt_metadata"))
                .count();
    }

    /** Sends a signal to all NBD servers. */
    void signalServers(String signal) {
        Records records = sim.records();
        try {
            for (String vdi : records.all("VDI")) {
                disks.signalServers(records.text("VDI", vdi, "uuid"), signal);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() throws IOException {
        sim.close();
    }
}
