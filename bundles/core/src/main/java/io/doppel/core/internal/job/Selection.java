package io.doppel.core.internal.job;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.core.JobError;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One pattern of a job's selection: {@code host/machine} with {@code *} for any characters, or {@code *} for everything.
 *
 * @param host pattern of host names
 * @param machine pattern of machine names or ids
 */
record Selection(String host, String machine) {
    static Selection parse(String text) throws DoppelException {
        int slash = text.indexOf('/');
        if (slash < 0 && text.equals("*")) {
            return new Selection("*", "*");
        }
        if (slash < 1 || slash == text.length() - 1) {
            throw new DoppelException(JobError.BAD_SELECTION, "'" + text + "' is not of the form host/machine");
        }
        return new Selection(text.substring(0, slash), text.substring(slash + 1));
    }

    static List<Selection> parse(List<String> texts) throws DoppelException {
        List<Selection> all = new ArrayList<>();
        for (String text : texts) {
            all.add(parse(text));
        }
        return all;
    }

    /** Whether one machine is meant, which then has to be there. */
    boolean namesOne() {
        return !host.contains("*") && !machine.contains("*");
    }

    boolean matchesHost(String name) {
        return matches(host, name);
    }

    /** The machines of one host that fit; a machine whose id is the very text of the pattern is meant alone. */
    List<HostMachine> of(Collection<HostMachine> machines) {
        List<HostMachine> exact =
                machines.stream().filter(m -> m.machine().id().equals(machine)).toList();
        return exact.isEmpty() ? machines.stream().filter(this::matches).toList() : exact;
    }

    private boolean matches(HostMachine m) {
        return matches(machine, m.machine().name())
                || matches(machine, m.machine().id());
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

    @Override
    public String toString() {
        return host + "/" + machine;
    }
}
