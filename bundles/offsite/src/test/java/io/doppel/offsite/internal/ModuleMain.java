package io.doppel.offsite.internal;

import io.doppel.api.tls.TlsIdentity;
import io.doppel.listener.internal.TlsListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** The module process that is killed: folder, file of its key, port, name of a client to add or nothing. */
final class ModuleMain {
    private ModuleMain() {}

    public static void main(String[] arguments) throws Exception {
        TlsIdentity identity = TlsIdentity.decode(Files.readAllBytes(Path.of(arguments[1])));
        OffsiteModule module =
                OffsiteModule.open(Path.of(arguments[0]), Site.SETTINGS, System::nanoTime, System::currentTimeMillis);
        TlsListener listener = TlsListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[2])), identity);
        listener.add(module.role());
        System.out.println(listener.port());
        if (arguments.length > 3) {
            System.out.println(module.addClient(arguments[3], "", false, Site.QUOTA, listener.fingerprint()));
        }
        System.out.flush();
        // ends when it is killed, or the test is gone
        while (System.in.read() >= 0) {
            module.tick();
        }
    }
}
