package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.inventory.Machine;
import io.doppel.core.JobError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * One pattern of a job's selection: {@code host/machine}, {@code host/tag:name} or {@code host/member:name} with {@code *} for
 * any characters; without the host, of all hosts. A leading {@code !} leaves out what fits.
 *
 * @param excludes whether it leaves out
 * @param host pattern of host names
 * @param by what of a machine is compared
 * @param what pattern of names or ids, tags, or members
 */
record Selection(boolean excludes, String host, By by, String what) {
    private static final Map<String, By> WORDS = Map.of("tag:", By.TAG, "member:", By.MEMBER);

    /** What of a machine is compared. */
    enum By {
        /** Its name or id. */
        MACHINE,
        /** Each of its tags. */
        TAG,
        /** The host inside the pool that it runs on or belongs to. */
        MEMBER
    }

    static Selection parse(String text) throws DoppelException {
        boolean excludes = text.startsWith("!");
        String rest = excludes ? text.substring(1) : text;
        String word = word(rest);
        int slash = rest.indexOf('/');
        if (!word.isEmpty() && rest.length() > word.length()) {
            return new Selection(excludes, "*", WORDS.get(word), rest.substring(word.length()));
        }
        if (rest.equals("*")) {
            return new Selection(excludes, "*", By.MACHINE, "*");
        }
        String what = slash < 1 ? "" : rest.substring(slash + 1);
        word = word(what);
        if (what.length() == word.length()) {
            throw new DoppelException(
                    JobError.BAD_SELECTION, "'" + text + "' is not of the form host/machine, tag:name or member:name");
        }
        By by = word.isEmpty() ? By.MACHINE : WORDS.get(word);
        return new Selection(excludes, rest.substring(0, slash), by, what.substring(word.length()));
    }

    private static String word(String text) {
        return WORDS.keySet().stream().filter(text::startsWith).findFirst().orElse("");
    }

    static List<Selection> parse(List<String> texts) throws DoppelException {
        List<Selection> all = new ArrayList<>();
        for (String text : texts) {
            all.add(parse(text));
        }
        if (!all.isEmpty() && all.stream().allMatch(Selection::excludes)) {
            throw new DoppelException(
                    JobError.BAD_SELECTION, "Every pattern leaves machines out and none takes any in; give * as well");
        }
        return all;
    }

    /** Whether one of them asks for more of a machine than its name and id. */
    static boolean askForTags(List<Selection> patterns) {
        return patterns.stream().anyMatch(p -> p.by() != By.MACHINE);
    }

    /** Whether one machine is meant, which then has to be there. */
    boolean namesOne() {
        return !excludes && by == By.MACHINE && !host.contains("*") && !what.contains("*");
    }

    boolean matchesHost(String name) {
        return matches(host, name);
    }

    /** The machines of one host that fit; a machine whose id is the very text of the pattern is meant alone. */
    List<HostMachine> of(Collection<HostMachine> machines) {
        if (by == By.MACHINE) {
            List<HostMachine> exact =
                    machines.stream().filter(m -> m.machine().id().equals(what)).toList();
            if (!exact.isEmpty()) {
                return exact;
            }
        }
        Predicate<Machine> fits = switch (by) {
            case MACHINE -> m -> matches(what, m.name()) || matches(what, m.id());
            case TAG -> m -> m.tags().stream().anyMatch(tag -> matches(what, tag));
            case MEMBER -> m -> !m.member().isEmpty() && matches(what, m.member());
        };
        return machines.stream().filter(m -> fits.test(m.machine())).toList();
    }

    private static boolean matches(String pattern, String text) {
        if (pattern.equals(text)) {
            return true;
        }
        StringBuilder regex = new StringBuilder();
        for (String part : pattern.split("\\*", -1)) {
            regex.append(regex.length() == 0 ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(text).matches();
    }

    /** The same for one host alone. */
    Selection on(String name) {
        return new Selection(excludes, name, by, what);
    }

    @Override
    public String toString() {
        String word = by == By.MACHINE ? "" : by == By.TAG ? "tag:" : "member:";
        return (excludes ? "!" : "") + host + "/" + word + what;
    }
}
