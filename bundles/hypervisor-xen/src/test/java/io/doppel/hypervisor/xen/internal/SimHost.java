package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.api.tls.Fingerprint;
import io.doppel.sim.xapi.Listing;
import io.doppel.sim.xapi.SimPool;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.disk.LiveDisk;
import io.doppel.sim.xapi.http.DiskServices;
import io.doppel.sim.xapi.http.StreamScript;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.tck.MemoryOfHost;
import io.doppel.tck.MemorySecrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A simulated pool of two hosts with real disks, and what a test does to it past the plug-in. */
final class SimHost implements AutoCloseable {
    static final String INSTALLATION = "installation-1";
    static final String PASSWORD = "sim-password";

    final DiskStore disks;
    final SimPool pool;
    final MemorySecrets secrets = new MemorySecrets();
    final MemoryOfHost memory = new MemoryOfHost();
    private final SecretRef password = secrets.put("host/sim/password", PASSWORD.toCharArray());

    SimHost(Path folder) throws IOException {
        disks = new DiskStore(folder);
        SimPool.Builder builder =
                SimPool.builder().hosts(0, "127.0.0.1", "127.0.0.2").login("root", PASSWORD);
        pool = DiskServices.mount(builder, disks, new StreamScript()).start();
        pool.call("network.add_purpose", pool.records().all("network").get(0), "nbd");
    }

    /** Settings by which the plug-in connects; the master's certificate is confirmed. */
    Map<String, String> settings() {
        Map<String, String> values = new HashMap<>();
        values.put("address", pool.master().address());
        values.put("port", Integer.toString(pool.master().port()));
        values.put("password", password.id());
        values.put("fingerprint", fingerprint(pool.master()).text());
        return values;
    }

    static Fingerprint fingerprint(SimPool.Host host) {
        return Fingerprint.of(host.identity().certificate());
    }

    HostContext context(String installation, Map<String, String> settings) throws DoppelException {
        return new HostContext("sim", installation, XenSettings.spec().parse(settings), secrets, memory);
    }

    HypervisorHost connect() throws DoppelException {
        return new XenHypervisor().connect(context(INSTALLATION, settings()));
    }

    String makeMachine(String name, List<byte[]> contents) throws IOException {
        String vm =
                pool.machine(name, contents.stream().mapToLong(c -> c.length).toArray());
        for (int i = 0; i < contents.size(); i++) {
            write(vdi(uuid("VM", vm), Integer.toString(i)), 0, contents.get(i));
        }
        return uuid("VM", vm);
    }

    String uuid(String type, String ref) {
        return pool.records().text(type, ref, "uuid");
    }

    String ref(String type, String uuid) {
        return (String) pool.call(type + ".get_by_uuid", uuid);
    }

    /** References in a field. */
    List<String> refs(String type, String ref, String field) {
        return ((List<?>) pool.records().get(type, ref).get(field))
                .stream().map(String::valueOf).toList();
    }

    /** Uuids of the VDIs of a machine by position. */
    Map<String, String> vdis(String machine) {
        Map<String, String> vdis = new TreeMap<>();
        String vm = ref("VM", machine);
        for (String vbd : pool.records().all("VBD")) {
            if (pool.records().text("VBD", vbd, "VM").equals(vm)
                    && pool.records().text("VBD", vbd, "type").equals("Disk")) {
                vdis.put(
                        pool.records().text("VBD", vbd, "userdevice"),
                        uuid("VDI", pool.records().text("VBD", vbd, "VDI")));
            }
        }
        return vdis;
    }

    String vdi(String machine, String key) {
        return vdis(machine).get(key);
    }

    void write(String vdi, long offset, byte[] bytes) throws IOException {
        try (LiveDisk disk = disks.open(vdi);
                FileChannel channel = FileChannel.open(disk.path(), StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer, offset + buffer.position());
            }
            channel.force(false);
        }
    }

    byte[] read(String vdi) throws IOException {
        try (LiveDisk disk = disks.read(vdi);
                FileChannel channel = FileChannel.open(disk.path(), StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(disks.size(vdi)));
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, buffer.position()) < 0) {
                    throw new IOException("short disk " + vdi);
                }
            }
            return buffer.array();
        }
    }

    Map<String, byte[]> contents(String machine) {
        return vdis(machine).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        e -> {
                            try {
                                return read(e.getValue());
                            } catch (IOException x) {
                                throw new UncheckedIOException(x);
                            }
                        },
                        (a, b) -> a,
                        TreeMap::new));
    }

    /** Everything on the pool, a line each. */
    Set<String> things() {
        Listing now = pool.listing();
        Set<String> things = new TreeSet<>();
        now.vms().forEach((uuid, name) -> things.add("machine " + uuid + " " + name));
        now.snapshots().forEach((uuid, name) -> things.add("snapshot " + uuid + " " + name));
        now.vdis().forEach((uuid, name) -> things.add("disk " + uuid + " " + name));
        now.vbds().forEach((uuid, name) -> things.add("device " + uuid + " " + name));
        now.networks().forEach((uuid, name) -> things.add("network " + uuid + " " + name));
        now.pendingTasks().forEach((uuid, name) -> things.add("task " + uuid + " " + name));
        return things;
    }

    @Override
    public void close() throws IOException {
        pool.close();
    }
}
