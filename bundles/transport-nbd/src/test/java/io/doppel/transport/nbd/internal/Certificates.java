package io.doppel.transport.nbd.internal;

import io.doppel.api.tls.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A certificate as the servers want it: in a folder, with its authority (Debian: gnutls-bin). */
public final class Certificates {
    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder;
    }

    /** Makes a new one. */
    public static Certificates make(Path parent) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(parent, "tls");
        Path template = Files.writeString(folder.resolve("ca.template"), "cn = authority\nca\ncert_signing_key\n");
        key(folder, "ca-key.pem");
        tool(
                "--generate-self-signed",
                "--load-privkey=" + folder.resolve("ca-key.pem"),
                "--template=" + template,
                "--outfile=" + folder.resolve("ca-cert.pem"));
        Path server = Files.writeString(folder.resolve("server.template"), "cn = localhost\ntls_www_server\n");
        key(folder, "server-key.pem");
        tool(
                "--generate-certificate",
                "--load-ca-certificate=" + folder.resolve("ca-cert.pem"),
                "--load-ca-privkey=" + folder.resolve("ca-key.pem"),
                "--load-privkey=" + folder.resolve("server-key.pem"),
                "--template=" + server,
                "--outfile=" + folder.resolve("server-cert.pem"));
        // Without these qemu-nbd makes its own each time it starts, for seconds.
        tool("--get-dh-params", "--outfile=" + folder.resolve("dh-params.pem"));
        return new Certificates(folder);
    }

    private static void key(Path folder, String name) throws IOException, InterruptedException {
        tool("--generate-privkey", "--key-type=ecdsa", "--outfile=" + folder.resolve(name));
    }

    private static void tool(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "certtool";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        NbdServer.run(command);
    }

    Path folder() {
        return folder;
    }

    /** As certtool sees it. */
    Fingerprint fingerprint() throws IOException, InterruptedException {
        String shown = NbdServer.run(
                "certtool", "--fingerprint", "--hash=sha256", "--infile=" + folder.resolve("server-cert.pem"));
        return Fingerprint.parse(shown.strip());
    }

    /** What makes qemu-nbd demand TLS. */
    public String[] qemu() {
        return new String[] {
            "--object=tls-creds-x509,id=tls0,endpoint=server,verify-peer=no,dir=" + folder, "--tls-creds=tls0"
        };
    }
}
