package io.doppel.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The files of a {@link Samba}: smb.conf(5) and what it names. */
final class SambaFiles {
    /** Accounts that every Debian has (base-passwd), with nothing of their own that matters here. */
    private static final List<String> BORROWED = List.of("games", "man", "lp", "mail", "news", "uucp", "list", "irc");

    private SambaFiles() {}

    /** The Unix account behind each user. */
    static Map<String, String> accounts(Collection<String> users) {
        if (users.size() > BORROWED.size()) {
            throw new IllegalArgumentException("At most " + BORROWED.size() + " users");
        }
        Map<String, String> accounts = new LinkedHashMap<>();
        users.forEach(user -> accounts.put(user, BORROWED.get(accounts.size())));
        return accounts;
    }

    static Path configuration(Path folder) {
        return folder.resolve("smb.conf");
    }

    static void write(
            Path folder, int port, Map<String, String> globals, List<SambaShare> shares, Map<String, String> accounts)
            throws IOException {
        for (String name : List.of("private", "lock", "state", "cache", "run", "log", "ncalrpc")) {
            Files.createDirectories(folder.resolve(name));
        }
        Files.setPosixFilePermissions(folder.resolve("private"), PosixFilePermissions.fromString("rwx------"));
        Files.writeString(
                folder.resolve("users"),
                accounts.entrySet().stream()
                        .map(user -> "!" + user.getValue() + " = \"" + user.getKey() + "\"\n")
                        .collect(Collectors.joining()));
        StringBuilder text = new StringBuilder();
        section(text, "global", global(folder, port, globals));
        for (SambaShare share : shares) {
            Files.createDirectories(share.path());
            section(text, share.name(), share(share, accounts));
        }
        Files.writeString(configuration(folder), text);
    }

    private static Map<String, String> global(Path folder, int port, Map<String, String> own) {
        Map<String, String> all = new TreeMap<>(Map.ofEntries(
                Map.entry("workgroup", "DOPPEL"),
                Map.entry("netbios name", "NASPEER"),
                Map.entry("server role", "standalone server"),
                Map.entry("smb ports", String.valueOf(port)),
                Map.entry("interfaces", "lo"),
                Map.entry("bind interfaces only", "yes"),
                Map.entry("disable netbios", "yes"),
                Map.entry("map to guest", "never"),
                Map.entry("username map", folder.resolve("users").toString()),
                Map.entry("passdb backend", "tdbsam:" + folder.resolve("private/passdb.tdb")),
                Map.entry("private dir", folder.resolve("private").toString()),
                Map.entry("lock directory", folder.resolve("lock").toString()),
                Map.entry("state directory", folder.resolve("state").toString()),
                Map.entry("cache directory", folder.resolve("cache").toString()),
                Map.entry("pid directory", folder.resolve("run").toString()),
                Map.entry("ncalrpc dir", folder.resolve("ncalrpc").toString()),
                Map.entry("log file", folder.resolve("log/smbd.log").toString()),
                Map.entry("max log size", "0"),
                // No printers and no RPC: each would be a process that leaves the group which a kill reaches.
                Map.entry("load printers", "no"),
                Map.entry("printcap name", "/dev/null"),
                Map.entry("disable spoolss", "yes"),
                Map.entry("rpc start on demand helpers", "no")));
        all.putAll(own);
        return all;
    }

    private static Map<String, String> share(SambaShare share, Map<String, String> accounts) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "path", share.path().toString(),
                "read only", "no",
                "force user", "root"));
        if (!share.users().isEmpty()) {
            all.put("valid users", names(share.users(), accounts));
        }
        if (!share.readers().isEmpty()) {
            all.put("read list", names(share.readers(), accounts));
        }
        all.putAll(share.settings());
        return all;
    }

    private static String names(Set<String> users, Map<String, String> accounts) {
        return users.stream().map(accounts::get).collect(Collectors.joining(" "));
    }

    private static void section(StringBuilder text, String name, Map<String, String> settings) {
        text.append('[').append(name).append("]\n");
        settings.forEach((setting, value) ->
                text.append("  ").append(setting).append(" = ").append(value).append('\n'));
    }
}
