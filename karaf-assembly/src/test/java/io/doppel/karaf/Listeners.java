package io.doppel.karaf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The addresses on which a process listens, read from the kernel's own tables. */
final class Listeners {
    private static final String LISTENING = "0A";
    /** 127.0.0.1 and its mapped form as the kernel prints them: 32-bit words in the machine's byte order. */
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000");

    private Listeners() {}

    /** Ports on which {@code pid} can be reached from another machine. */
    static List<Integer> reachableFromOutside(long pid) throws IOException {
        return of(pid).stream()
                .filter(l -> !LOOPBACK.contains(l.address()))
                .map(Listener::port)
                .toList();
    }

    static List<Integer> ports(long pid) throws IOException {
        return of(pid).stream().map(Listener::port).toList();
    }

    private static List<Listener> of(long pid) throws IOException {
        Set<String> sockets = sockets(pid);
        List<Listener> found = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            List<String> rows = Files.readAllLines(Path.of("/proc/net", table));
            for (String row : rows.subList(1, rows.size())) {
                String[] column = row.trim().split("\\s+");
                if (column[3].equals(LISTENING) && sockets.contains("socket:[" + column[9] + "]")) {
                    String[] local = column[1].split(":");
                    found.add(new Listener(local[0], Integer.parseInt(local[1], 16)));
                }
            }
        }
        return found;
    }

    private static Set<String> sockets(long pid) throws IOException {
        Set<String> targets = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                if (Files.isSymbolicLink(descriptor)) {
                    targets.add(Files.readSymbolicLink(descriptor).toString());
                }
            }
        }
        return targets;
    }

    private record Listener(String address, int port) {}
}
