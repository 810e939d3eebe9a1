package io.doppel.sim.xapi.http;

/** How the streams of a pool behave, for tests to change at any time. Streams that are under way go on as they began. */
public final class StreamScript {
    private volatile Checksum checksum = Checksum.XXHASH;
    private volatile int keepAlive;
    private volatile boolean tellsInBody = true;
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile long cutAfter = Long.MAX_VALUE;

    Checksum checksum() {
        return checksum;
    }

    /** The checksums in machine exports. */
    public void checksum(Checksum kind) {
        checksum = kind;
    }

    int keepAlive() {
        return keepAlive;
    }

    /** Puts a chunk without bytes before every {@code chunks}-th chunk of a machine export's disk; 0, as at first, for none. */
    public void keepAlive(int chunks) {
        keepAlive = chunks;
    }

    boolean tellsInBody() {
        return tellsInBody;
    }

    /** Whether a stream that fails ends with the text of a second, failed answer, as the real server's do; else it just ends. */
    public void tellsInBody(boolean tells) {
        tellsInBody = tells;
    }

    Line line() {
        return new Line(bytesPerSecond, cutAfter);
    }

    /** The speed of streams, content of answers and requests alike; {@link Long#MAX_VALUE} for no limit. */
    public void slow(long bytesEachSecond) {
        bytesPerSecond = bytesEachSecond;
    }

    /** Cuts the connection of each stream after so many bytes of content; {@link Long#MAX_VALUE} for never. */
    public void cut(long afterBytes) {
        cutAfter = afterBytes;
    }
}
