package io.doppel.spi.listener;

import io.doppel.api.tls.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** A connection whose peer has shown a certificate that its role trusts. Used by one thread, but for {@link #close()}. */
@ProviderType
public interface ListenerConnection extends AutoCloseable {
    /** Fingerprint of the peer's certificate. */
    Fingerprint peer();

    /** Address of the peer, for people; behind NAT it is not its own. */
    String address();

    /** What the peer sends. */
    InputStream in() throws IOException;

    /** What goes to the peer; not buffered. */
    OutputStream out() throws IOException;

    /**
     * The peer has proved who it is. Until this is called the connection counts as one of those that nobody knows, and is
     * closed a few seconds after it began; if it ends before, that counts as a failure of its address.
     */
    void accepted();

    /** How long a single read waits, from 1 ms on; it fails with {@link java.net.SocketTimeoutException} then. */
    void readTimeout(Duration time) throws IOException;

    /** Ends the connection at once, also while other threads read or write. */
    @Override
    void close();
}
