package io.doppel.api.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** A TLS server with a self-signed certificate, which echoes one byte and counts the bytes that it got. */
final class TlsServer implements AutoCloseable {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final SSLServerSocket listening;
    private final X509Certificate certificate;
    private final AtomicInteger received = new AtomicInteger();
    private final Thread thread = new Thread(this::serve, "tls-server");

    TlsServer(Path folder, String name) throws Exception {
        Path file = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=" + name,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool failed");
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        certificate = (X509Certificate) keys.getCertificate("a");
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        listening = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        thread.start();
    }

    private void serve() {
        while (!listening.isClosed()) {
            try (Socket peer = listening.accept()) {
                int b = peer.getInputStream().read();
                if (b >= 0) {
                    received.incrementAndGet();
                    peer.getOutputStream().write(b);
                }
            } catch (IOException e) {
                // a peer that does not trust us, or the end of the test
                continue;
            }
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(listening.getInetAddress(), listening.getLocalPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** Bytes that peers sent inside TLS. */
    int received() {
        return received.get();
    }

    @Override
    public void close() throws Exception {
        listening.close();
        thread.join();
    }
}
