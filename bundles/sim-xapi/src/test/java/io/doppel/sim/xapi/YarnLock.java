package io.doppel.sim.xapi;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A lock file of Yarn 1 that names no registry, so that it serves with whichever one a machine is set up for. Yarn checks the
 * content of a package only where the lock says where it comes from, so that is put in before it is used.
 */
final class YarnLock {
    private static final Pattern ENTRY = Pattern.compile("\"?(@?[^@\"]+)@.*:");
    private static final Pattern VERSION = Pattern.compile(" {2}version \"(.*)\"");

    private YarnLock() {}

    /** The lines of the lock, every package to be taken from {@code registry} (an address, with or without a slash at its end). */
    static List<String> from(String registry, List<String> lock) {
        List<String> lines = new ArrayList<>();
        String base = registry.replaceFirst("/*$", "/");
        String name = null;
        for (String line : lock) {
            lines.add(line);
            Matcher entry = ENTRY.matcher(line);
            Matcher version = VERSION.matcher(line);
            if (entry.matches() && !line.startsWith(" ")) {
                name = entry.group(1);
            } else if (version.matches()) {
                String file = name.substring(name.indexOf('/') + 1) + "-" + version.group(1) + ".tgz";
                lines.add("  resolved \"" + base + name + "/-/" + file + "\"");
            }
        }
        return lines;
    }
}
