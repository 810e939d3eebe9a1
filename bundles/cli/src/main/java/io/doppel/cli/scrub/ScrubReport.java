package io.doppel.cli.scrub;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a scrub found. Used by one thread. */
final class ScrubReport {
    private final List<Finding> damaged = new ArrayList<>();
    private final List<Finding> unread = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private long objects;
    private long packs;
    private long bytes;
    private double seconds;

    /** Something about an object. */
    record Finding(String object, String what) {}

    void damaged(String object, String what) {
        damaged.add(new Finding(object, what));
    }

    /** It cannot be read, so nothing is known of it. */
    void unread(String object, String why) {
        unread.add(new Finding(object, why));
    }

    /** It has a name that no object has. */
    void unknown(String object) {
        unknown.add(object);
    }

    void checked(boolean pack) {
        objects++;
        packs += pack ? 1 : 0;
    }

    void read(int n) {
        bytes += n;
    }

    long bytes() {
        return bytes;
    }

    void took(double s) {
        seconds = s;
    }

    /** 0 if nothing is wrong, 1 if something is damaged, 2 if something could not be read, whatever else was found. */
    int status() {
        if (!unread.isEmpty()) {
            return Scrub.TROUBLE;
        }
        return damaged.isEmpty() ? Scrub.CLEAN : Scrub.DAMAGE;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        damaged.forEach(f -> text.append("damaged: ")
                .append(f.object())
                .append(": ")
                .append(f.what())
                .append('\n'));
        unread.forEach(f -> text.append("cannot be read: ")
                .append(f.object())
                .append(": ")
                .append(f.what())
                .append('\n'));
        unknown.forEach(name -> text.append("unknown name: ").append(name).append('\n'));
        return text
                + String.format(
                        "%d objects, %d packs among them, %d MiB in %.1f s (%.0f MiB/s): %d damaged, %d unreadable, %d unknown%n",
                        objects,
                        packs,
                        bytes >> 20,
                        seconds,
                        bytes / 1048576.0 / Math.max(seconds, 0.001),
                        damaged.size(),
                        unread.size(),
                        unknown.size());
    }

    String json() {
        return "{\"objects\":" + objects + ",\"packs\":" + packs + ",\"bytes\":" + bytes + ",\"seconds\":"
                + Math.round(seconds * 10) / 10.0 + ",\"damaged\":" + list(damaged) + ",\"unreadable\":" + list(unread)
                + ",\"unknown\":"
                + unknown.stream().map(ScrubReport::quoted).collect(Collectors.joining(",", "[", "]")) + "}";
    }

    private static String list(List<Finding> findings) {
        return findings.stream()
                .map(f -> "{\"object\":" + quoted(f.object()) + ",\"what\":" + quoted(f.what()) + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
