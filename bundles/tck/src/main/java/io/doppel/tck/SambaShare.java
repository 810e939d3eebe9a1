package io.doppel.tck;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A share of a {@link Samba}. Its files belong to root whoever writes them, so that a test can look at them and change them.
 *
 * @param name as clients say it
 * @param path the folder that is shared; it is made when it is not there. How much fits into it is up to what is mounted there
 * @param users who may come in; empty: every user of the server
 * @param readers who may only read
 * @param settings further lines of the share's section of smb.conf, by name; they go before those of this class
 */
public record SambaShare(String name, Path path, Set<String> users, Set<String> readers, Map<String, String> settings) {
    /** Takes copies. */
    public SambaShare {
        users = Set.copyOf(users);
        readers = Set.copyOf(readers);
        settings = Map.copyOf(settings);
    }

    /** A share that every user of the server reads and writes. */
    public static SambaShare of(String name, Path path) {
        return new SambaShare(name, path, Set.of(), Set.of(), Map.of());
    }

    /** The same, which nobody can write to. */
    public SambaShare readOnly() {
        return with("read only", "yes");
    }

    /** The same, which refuses whoever does not encrypt. */
    public SambaShare encrypted() {
        return with("smb encrypt", "required");
    }

    /** The same for these users only, by the names that clients say. */
    public SambaShare onlyFor(String... only) {
        return new SambaShare(name, path, Set.copyOf(List.of(only)), readers, settings);
    }

    /** The same, where these users, by the names that clients say, can only read. */
    public SambaShare readableFor(String... only) {
        return new SambaShare(name, path, users, Set.copyOf(List.of(only)), settings);
    }

    /** The same with one more setting of smb.conf(5). */
    public SambaShare with(String setting, String value) {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put(setting, value);
        return new SambaShare(name, path, users, readers, all);
    }
}
