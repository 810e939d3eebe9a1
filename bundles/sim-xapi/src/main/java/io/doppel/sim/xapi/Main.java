package io.doppel.sim.xapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.doppel.sim.xapi.disk.DiskStore;
import io.doppel.sim.xapi.http.DiskServices;
import io.doppel.sim.xapi.http.StreamScript;
import io.doppel.sim.xapi.server.ControlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Runs a simulated pool until its standard input ends or it is told to terminate. It prints one line of JSON for each host, and
 * one for the control endpoint.
 */
public final class Main {
    private static final String USAGE = """
            Usage: sim-xapi --dir FOLDER [--addresses A,B…] [--port N | --ports N,M…] [--user NAME]
                            [--password-file FILE] [--chains N] [--machine NAME=BYTES,BYTES…]…
              --addresses      loopback addresses, one host each (127.0.0.1)
              --port           the port of HTTPS at all addresses (0, any free one)
              --ports          one host for each port, all at the first address
              --user           who may log in (root)
              --password-file  the password; else it is read from the environment variable SIM_XAPI_PASSWORD
              --chains         show the storage's chains, with this longest length
              --machine        a machine to make, with the sizes of its disks
            """;

    private Main() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Map<String, List<String>> options = options(args);
        String password = password(options);
        if (password == null || !options.containsKey("--dir")) {
            System.err.print(USAGE);
            System.exit(2);
        }
        // Standard output belongs to the lines below, and standard error to what goes wrong.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        Path folder = Files.createDirectories(Path.of(options.get("--dir").get(0)));
        SimPool.Builder builder = SimPool.builder().login(first(options, "--user", "root"), password);
        String[] addresses = first(options, "--addresses", "127.0.0.1").split(",");
        if (options.containsKey("--ports")) {
            for (String port : first(options, "--ports", "").split(",")) {
                builder.host(addresses[0], Integer.parseInt(port));
            }
        } else {
            builder.hosts(Integer.parseInt(first(options, "--port", "0")), addresses);
        }
        builder.chains(Integer.parseInt(first(options, "--chains", "0")));
        DiskStore disks = new DiskStore(folder);
        DiskServices.mount(builder, disks, new StreamScript());
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            end.countDown();
            await(ended);
        }));
        try (SimPool pool = builder.start();
                ControlServer control = new ControlServer(actions(pool, disks))) {
            for (String machine : options.getOrDefault("--machine", List.of())) {
                String[] parts = machine.split("=", 2);
                pool.machine(parts[0], sizes(parts.length == 1 ? "" : parts[1]));
            }
            print(pool, control);
            Thread reader = new Thread(() -> drain(end), "stdin");
            reader.setDaemon(true);
            reader.start();
            end.await();
        } finally {
            ended.countDown();
        }
    }

    private static Map<String, ControlServer.Action> actions(SimPool pool, DiskStore disks) {
        Map<String, ControlServer.Action> actions = new LinkedHashMap<>(new Control(pool).actions());
        actions.putAll(new DiskActions(disks).actions());
        return actions;
    }

    private static Map<String, List<String>> options(String[] args) {
        Map<String, List<String>> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.computeIfAbsent(args[i], key -> new ArrayList<>()).add(args[i + 1]);
        }
        return options;
    }

    private static String first(Map<String, List<String>> options, String name, String missing) {
        return options.getOrDefault(name, List.of(missing)).get(0);
    }

    private static String password(Map<String, List<String>> options) throws IOException {
        String file = first(options, "--password-file", "");
        return file.isEmpty()
                ? System.getenv("SIM_XAPI_PASSWORD")
                : Files.readString(Path.of(file)).strip();
    }

    private static long[] sizes(String list) {
        return java.util.Arrays.stream(list.split(","))
                .filter(size -> !size.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
    }

    private static void print(SimPool pool, ControlServer control) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        for (SimPool.Host host : pool.hosts()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("url", host.url());
            line.put("http", "http://" + host.address() + ":" + host.plainPort());
            line.put("uuid", host.uuid());
            line.put("master", host.equals(pool.master()));
            line.put("certificate", host.identity().certificatePem());
            System.out.println(mapper.writeValueAsString(line));
        }
        System.out.println(mapper.writeValueAsString(Map.of("control", control.url())));
        System.out.flush();
    }

    private static void drain(CountDownLatch end) {
        try {
            System.in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println("standard input: " + e.getMessage());
        } finally {
            end.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
