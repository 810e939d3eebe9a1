package io.doppel.vault.internal.meta;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A question to the holder of a lease whether it lives, or the answer (docs/vault-format.md §15), as its name tells.
 *
 * @param epoch the holder's
 * @param answer whether it is the answer
 * @param id 32 hex digits
 */
record LeaseQuestion(long epoch, boolean answer, String id) {
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{8})\\.(ask|here)\\.([0-9a-f]{32})");

    /**
     * The question as it is stored.
     *
     * @param installation of who asks
     * @param server the same for people
     */
    record Ask(long epoch, String id, String installation, String server) {}

    /**
     * The answer as it is stored.
     *
     * @param nonce of the holder's lease
     * @param server the holder for people
     */
    record Answer(long epoch, String id, String nonce, String server) {}

    /** Questions and answers among the names below {@code lease/}. */
    static List<LeaseQuestion> among(List<String> names) {
        return names.stream().flatMap(n -> of(n).stream()).toList();
    }

    private static Optional<LeaseQuestion> of(String name) {
        Matcher m = NAME.matcher(name);
        return m.matches()
                ? Optional.of(new LeaseQuestion(
                        Long.parseLong(m.group(1), 16), m.group(2).equals("here"), m.group(3)))
                : Optional.empty();
    }

    /** Its whole name. */
    String name() {
        return answer ? Leases.answerName(epoch, id) : Leases.askName(epoch, id);
    }
}
