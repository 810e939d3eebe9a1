package io.doppel.storage.cifs.internal.smb;

/**
 * How long to wait for a server.
 *
 * @param connectMs for a connection
 * @param answerMs for each answer; ten times that for a flush
 */
public record SmbLimits(int connectMs, int answerMs) {
    /** What is used outside of tests. */
    public static final SmbLimits USUAL = new SmbLimits(15_000, 60_000);
}
