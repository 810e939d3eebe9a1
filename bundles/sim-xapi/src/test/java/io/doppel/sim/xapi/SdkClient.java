package io.doppel.sim.xapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.xensource.xenapi.Connection;
import com.xensource.xenapi.Event;
import com.xensource.xenapi.EventBatch;
import com.xensource.xenapi.Session;
import com.xensource.xenapi.Task;
import com.xensource.xenapi.Types;
import com.xensource.xenapi.VBD;
import com.xensource.xenapi.VDI;
import com.xensource.xenapi.VM;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/** A backup program with the vendor's Java SDK: XML-RPC for calls, machines as XVA. */
final class SdkClient implements AutoCloseable {
    private final SSLSocketFactory former = HttpsURLConnection.getDefaultSSLSocketFactory();
    private final String url;
    private final Path folder;
    private final Connection connection;
    private VM first;
    private VM second;
    private VM restored;
    private String bitmap;

    SdkClient(SimPool pool, Path folder) throws Exception {
        // The SDK offers no other way to say what is trusted.
        HttpsURLConnection.setDefaultSSLSocketFactory(Rpc.trusting(pool.hosts()).getSocketFactory());
        this.folder = folder;
        url = pool.master().url();
        Connection member = new Connection(new URL(pool.hosts().get(1).url()));
        try {
            Session.loginWithPassword(member, "root", "password", "1.0", "sdk");
        } catch (Types.HostIsSlave e) {
            assertEquals(pool.master().address(), e.masterIPAddress);
        }
        connection = new Connection(new URL(url));
        Session.loginWithPassword(connection, "root", "password", "1.0", "sdk");
    }

    int readAllRecords() throws Exception {
        int records = 0;
        Path jar = Path.of(
                VM.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (java.util.jar.JarFile file = new java.util.jar.JarFile(jar.toFile())) {
            for (java.util.jar.JarEntry entry : java.util.Collections.list(file.entries())) {
                if (!entry.getName().matches("com/xensource/xenapi/[A-Za-z]+\\.class")) {
                    continue;
                }
                Class<?> type =
                        Class.forName(entry.getName().replace(".class", "").replace('/', '.'));
                for (Method method : type.getMethods()) {
                    if (method.getName().equals("getAllRecords")) {
                        records += ((Map<?, ?>) method.invoke(null, connection)).size();
                    }
                }
            }
        }
        return records;
    }

    void followEvents(String ref) throws Exception {
        // Not "*": this SDK gives up at records of classes that came after it, such as Certificate.
        EventBatch start = Event.from(
                connection, Set.of("pool", "host", "sr", "vm", "vdi", "vbd", "vif", "network", "task"), "", 1.0);
        assertTrue(start.events.size() > 10);
        String token = start.token;
        VM vm = Types.toVM(ref);
        vm.addToOtherConfig(connection, "sdk", "was here");
        EventBatch batch = Event.from(connection, Set.of("vm"), token, 30.0);
        assertTrue(batch.events.stream()
                .anyMatch(event -> event.snapshot instanceof VM.Record record
                        && "was here".equals(record.otherConfig.get("sdk"))));
        vm.removeFromOtherConfig(connection, "sdk");
    }

    /** Takes two snapshots with a change in between, exports the second and imports it. @return the new disk's uuid */
    String backUp(String ref, Runnable change) throws Exception {
        VM vm = Types.toVM(ref);
        VDI disk = disk(vm);
        disk.enableCbt(connection);
        first = Types.toVM(result(vm.snapshotAsync(connection, "first")));
        change.run();
        second = Types.toVM(result(vm.snapshotAsync(connection, "second")));
        bitmap = disk(first).listChangedBlocks(connection, disk(second));
        Path xva = folder.resolve("machine.xva");
        HttpsURLConnection export = open("/export?uuid=" + second.getUuid(connection));
        Files.copy(export.getInputStream(), xva);
        Task task = Task.create(connection, "import", "");
        HttpsURLConnection put = open("/import?task_id=" + task.toWireString());
        put.setRequestMethod("PUT");
        put.setDoOutput(true);
        put.setFixedLengthStreamingMode(Files.size(xva));
        try (var out = put.getOutputStream()) {
            Files.copy(xva, out);
        }
        assertEquals(200, put.getResponseCode());
        restored = Types.toVM(result(task).replaceAll(".*(OpaqueRef:[^<]*)<.*", "$1"));
        return disk(restored).getUuid(connection);
    }

    String bitmap() {
        return bitmap;
    }

    String exported() throws Exception {
        return disk(second).getUuid(connection);
    }

    void cleanUp() throws Exception {
        for (VM vm : Set.of(first, second, restored)) {
            VDI disk = disk(vm);
            vm.destroy(connection);
            disk.destroy(connection);
        }
        Session.logout(connection);
    }

    private VDI disk(VM vm) throws Exception {
        Set<VBD> devices = vm.getVBDs(connection);
        return devices.iterator().next().getVDI(connection);
    }

    private String result(Task task) throws Exception {
        while (task.getStatus(connection) == Types.TaskStatusType.PENDING) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertEquals(Types.TaskStatusType.SUCCESS, task.getStatus(connection));
        String result = task.getResult(connection);
        task.destroy(connection);
        return result.replaceAll("^<value>(OpaqueRef:[^<]*)</value>$", "$1");
    }

    private HttpsURLConnection open(String path) throws IOException {
        String session = "&session_id=" + connection.getSessionReference();
        return (HttpsURLConnection) URI.create(url + path + session).toURL().openConnection();
    }

    @Override
    public void close() {
        HttpsURLConnection.setDefaultSSLSocketFactory(former);
    }
}
