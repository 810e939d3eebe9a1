package io.doppel.api.job;

/** Numbers of things in the words that people read, for outcomes and logs. */
public final class Count {
    private Count() {}

    /**
     * A number with its noun, for example {@code 1 version} or {@code 0 versions}.
     *
     * @param noun one of them; a word whose plural ends with another s
     */
    public static String text(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
