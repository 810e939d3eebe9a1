package io.doppel.sim.xapi.disk;

import io.doppel.sim.xapi.Disks.NbdExport;
import io.doppel.sim.xapi.Disks.NbdServer;
import io.doppel.sim.xapi.HostIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.interfaces.DHKey;
import javax.crypto.spec.DHParameterSpec;

/** A {@code qemu-nbd} that serves one disk read-only to up to 16 connections. */
final class NbdDaemon implements NbdServer {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int TRIES = 5;
    /** Without this file QEMU looks for prime numbers of its own at each start, for up to some seconds, and then uses none. */
    private static final String GROUP = "dh-params.pem";

    private static final String GROUP_PEM = groupPem();

    private final String disk;
    private final int port;
    private final Child daemon;
    private final Path keys;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    private NbdDaemon(String disk, int port, Child daemon, Path keys, Runnable onClose) {
        this.disk = disk;
        this.port = port;
        this.daemon = daemon;
        this.keys = keys;
        this.onClose = onClose;
    }

    static NbdDaemon start(Path folder, NbdExport export, Layer top, Runnable onClose) throws IOException {
        Path keys = Files.createTempDirectory(folder, "nbd");
        try {
            if (export.identity().isPresent()) {
                writeKeys(keys, export.identity().get());
            }
            // Another process may take the port between the look and the start.
            for (int tries = 1; ; tries++) {
                int port = freePort(export.address());
                Child daemon = new Child("KILL", keys.resolve("log"), command(export, top, keys, port));
                try {
                    Await.until(PATIENCE, () -> accepts(export.address(), port), daemon);
                    return new NbdDaemon(export.vdi(), port, daemon, keys, onClose);
                } catch (IOException e) {
                    daemon.close();
                    if (tries == TRIES || !e.getMessage().contains("Address already in use")) {
                        throw e;
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            deleteKeys(keys);
            throw e;
        }
    }

    private static List<String> command(NbdExport export, Layer top, Path keys, int port) {
        List<String> command = new ArrayList<>(List.of(
                "qemu-nbd",
                "--read-only",
                "--persistent",
                "--shared=16",
                "--format=qcow2",
                "--bind=" + export.address(),
                "--port=" + port,
                "--export-name=" + export.name()));
        if (export.identity().isPresent()) {
            command.add("--object=tls-creds-x509,id=tls,endpoint=server,verify-peer=no,sanity-check=no,dir=" + keys);
            command.add("--tls-creds=tls");
        }
        command.add(top.file.toString());
        return command;
    }

    private static void writeKeys(Path folder, HostIdentity identity) throws IOException {
        Path key = Files.createFile(
                folder.resolve("server-key.pem"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, identity.keyPem());
        Files.writeString(folder.resolve("server-cert.pem"), identity.certificatePem());
        // QEMU wants an authority's certificate also when it asks clients for none.
        Files.writeString(folder.resolve("ca-cert.pem"), identity.certificatePem());
        Files.writeString(folder.resolve(GROUP), GROUP_PEM);
    }

    /** The group of 2048 bits that Java itself uses, as a file of PKCS #3. */
    private static String groupPem() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("DH");
            generator.initialize(2048);
            DHParameterSpec group = ((DHKey) generator.generateKeyPair().getPublic()).getParams();
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("DH");
            parameters.init(group);
            String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(parameters.getEncoded());
            return "-----BEGIN DH PARAMETERS-----\n" + text + "\n-----END DH PARAMETERS-----\n";
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("Every Java has DH", e);
        }
    }

    private static int freePort(String address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    String disk() {
        return disk;
    }

    @Override
    public int port() {
        return port;
    }

    void signal(String name) throws IOException {
        daemon.signal(name);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            daemon.close();
            deleteKeys(keys);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            onClose.run();
        }
    }

    private static void deleteKeys(Path folder) throws IOException {
        for (String name : List.of("server-key.pem", "server-cert.pem", "ca-cert.pem", GROUP, "log")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        Files.deleteIfExists(folder);
    }
}
