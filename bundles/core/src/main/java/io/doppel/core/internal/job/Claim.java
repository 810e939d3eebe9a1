package io.doppel.core.internal.job;

/**
 * Something that runs use.
 *
 * @param kind what it is
 * @param name which one
 */
public record Claim(Kind kind, String name) {
    /** Kinds of things that are used, with the words for people. */
    public enum Kind {
        /** A machine; never two at once. */
        MACHINE("machine"),
        /** A host. */
        HOST("host"),
        /** A vault. */
        VAULT("vault"),
        /** The server itself. */
        SERVER("server");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /** The server. */
    public static final Claim SERVER = new Claim(Kind.SERVER, "");

    /** A machine of a host. */
    public static Claim machine(String host, String machineId) {
        return new Claim(Kind.MACHINE, host + "/" + machineId);
    }

    /** A host. */
    public static Claim host(String name) {
        return new Claim(Kind.HOST, name);
    }

    /** A vault. */
    public static Claim vault(String name) {
        return new Claim(Kind.VAULT, name);
    }

    /** For people. */
    @Override
    public String toString() {
        return name.isEmpty() ? kind.word : kind.word + " '" + name + "'";
    }
}
