package io.doppel.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.regex.Pattern;

/** The files of one server's state folder that its client reads and its first start writes. */
record StateFolder(Path root) {
    /** The console's only account until people add their own. */
    static final String USER = "admin";
    /** The name under which the host key is pinned; not an address, so that it holds on any port. */
    static final String PINNED_NAME = "doppel";

    private static final String DEFAULT_PORT = "8101";
    /** The port for when the variable is not set, as {@code bin/doppel} leaves it in the configuration. */
    private static final Pattern DEFAULT = Pattern.compile("^\\$\\{env:DOPPEL_SSH_PORT:-(\\d+)}$");

    Path users() {
        return root.resolve("etc/users.properties");
    }

    Path keys() {
        return root.resolve("etc/keys.properties");
    }

    Path hostKey() {
        return root.resolve("etc/host.key");
    }

    Path clientKey() {
        return root.resolve("client/id_ecdsa");
    }

    Path knownHosts() {
        return root.resolve("client/known_hosts");
    }

    Path password() {
        return root.resolve("admin-password");
    }

    /** The console's address: what an override for this start says, else the configuration. */
    int port() throws IOException {
        String override = System.getenv("DOPPEL_SSH_PORT");
        if (override != null && !override.isBlank()) {
            return Integer.parseInt(override.trim());
        }
        Path file = root.resolve("etc/org.apache.karaf.shell.cfg");
        Properties shell = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            shell.load(in);
        }
        String port = shell.getProperty("sshPort", DEFAULT_PORT).trim();
        return Integer.parseInt(DEFAULT.matcher(port).replaceFirst("$1"));
    }
}
