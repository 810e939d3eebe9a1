package io.doppel.xen.it;

import io.doppel.sim.xapi.Disks;
import io.doppel.sim.xapi.Disks.NbdExport;
import io.doppel.sim.xapi.Disks.NbdServer;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.tck.Forwarder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A pool in a network of its own. Its hosts know and tell inside addresses only, to which no way leads from outside; a forwarder with
 * outside addresses stands between. A process of its own, told what to do by lines.
 */
final class NatPool implements AutoCloseable {
    static final List<String> INSIDE = List.of("198.51.100.1", "198.51.100.2");
    static final List<String> OUTSIDE = List.of("203.0.113.2", "203.0.113.3");
    static final String MACHINE = "web";

    private static final String NEAR = "203.0.113.1";
    private static final String CARD = "doppelnat";
    private static final String IN_THE_NETWORK = "set -e; echo ready; read go; ip link set lo up; "
            + INSIDE.stream().map(a -> "ip addr add " + a + "/32 dev lo; ").collect(Collectors.joining())
            + OUTSIDE.stream().map(a -> "ip addr add " + a + "/29 dev eth0; ").collect(Collectors.joining())
            + "ip link set eth0 up; exec \"$@\"";

    private final Process process;
    private final BufferedReader said;
    final int port;

    /** @param folder empty, with a short path */
    NatPool(Path folder) throws IOException, InterruptedException {
        process = new ProcessBuilder(
                        "unshare",
                        "-n",
                        "sh",
                        "-c",
                        IN_THE_NETWORK,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        NatPool.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        said = process.inputReader();
        said.readLine();
        // Both ends go when the process ends, and its network with it.
        Command.run("ip", "link", "add", CARD, "type", "veth", "peer", "name", "eth0", "netns", "" + process.pid());
        Command.run("ip", "addr", "add", NEAR + "/29", "dev", CARD);
        Command.run("ip", "link", "set", CARD, "up");
        port = Integer.parseInt(ask("go"));
    }

    /** Sends a line; gives the line that is the answer. */
    String ask(String line) throws IOException {
        process.outputWriter().write(line + "\n");
        process.outputWriter().flush();
        String answer = said.readLine();
        if (answer == null) {
            throw new IOException("the pool's process ended at: " + line);
        }
        return answer;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.outputWriter().close();
        process.waitFor();
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        try (TestPool pool = new TestPool(folder, NatPool::forwarded, 0, INSIDE.toArray(String[]::new))) {
            int port = pool.sim.hosts().get(0).port();
            for (int i = 0; i < INSIDE.size(); i++) {
                forward(i, port);
            }
            String vm = pool.machine(MACHINE, (12 << 20) + 3 * 512, 4 << 20);
            System.out.println(port);
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(answer(pool, vm, line));
            }
        }
    }

    private static String answer(TestPool pool, String vm, String line) throws Exception {
        switch (line) {
            case "write":
                try (GuestDisk disk = pool.mount(vm, "0")) {
                    disk.run("head -c 70000 /dev/urandom >new");
                }
                return "written";
            case "nbd off":
                pool.sim.call(
                        "network.remove_purpose",
                        pool.sim.records().all("network").get(0),
                        "nbd");
                return "off";
            case "oracle":
                return pool.lastOracle(MACHINE).files().entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining(","));
            case "leftovers":
                return pool.leftovers().toString();
            default:
                return same(pool, line) ? "same" : "different";
        }
    }

    /** Whether the disks of the machine of that name are those of the last snapshot. */
    private static boolean same(TestPool pool, String name) throws IOException {
        Map<String, String> disks = pool.disksOf(pool.named(name));
        for (Map.Entry<String, Path> file : pool.lastOracle(MACHINE).files().entrySet()) {
            if (Files.mismatch(file.getValue(), pool.copy(disks.get(file.getKey()))) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** What {@code oracle} answered. */
    static TestPool.Oracle oracle(String answer) {
        Map<String, Path> files = new TreeMap<>();
        for (String file : answer.split(",")) {
            files.put(file.substring(0, file.indexOf('=')), Path.of(file.substring(file.indexOf('=') + 1)));
        }
        return new TestPool.Oracle(MACHINE, files);
    }

    /** To the same port of the host with that number, until the process ends. */
    private static void forward(int host, int port) throws IOException {
        new Forwarder(
                new InetSocketAddress(OUTSIDE.get(host), port),
                new InetSocketAddress(INSIDE.get(host), port),
                Forwarder.Line.STRAIGHT);
    }

    /** Disks whose NBD servers the forwarder lets through too, at whatever port they are. */
    private static Disks forwarded(DiskStore store) {
        return (Disks) Proxy.newProxyInstance(
                NatPool.class.getClassLoader(), new Class<?>[] {Disks.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(store, arguments);
                        if (result instanceof NbdServer server) {
                            String inside = ((NbdExport) arguments[0]).address();
                            forward(INSIDE.indexOf(inside), server.port());
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
