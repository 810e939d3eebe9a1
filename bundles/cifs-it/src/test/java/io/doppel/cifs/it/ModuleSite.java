package io.doppel.cifs.it;

import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.listener.internal.TlsListener;
import io.doppel.offsite.internal.ModuleSettings;
import io.doppel.offsite.internal.OffsiteModule;
import io.doppel.offsite.internal.store.StoreFigures;
import io.doppel.tck.Forwarder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A second site with the offsite module, on its TLS port, with the settings that it has unless its admin changes them. */
final class ModuleSite implements SecondSite {
    static final Duration WINDOW = Duration.ofDays(14);

    /** In each direction. */
    private static final Forwarder.Line LINE = Forwarder.Line.delayed(Duration.ofMillis(10));

    private static final String CLIENT = "paris";
    private static final ModuleSettings SETTINGS = new ModuleSettings(WINDOW, 0, 2_000_000, 25);
    private static final long QUOTA = 8L << 30;

    /** Added to the clock that nobody can set. */
    private final AtomicLong ahead = new AtomicLong();

    private final Path folder;
    private final OffsiteModule module;
    private final TlsListener listener;
    private final Forwarder line;

    ModuleSite(Path folder) throws Exception {
        this.folder = folder.resolve("module");
        module = OffsiteModule.open(
                this.folder, SETTINGS, () -> System.nanoTime() + ahead.get(), System::currentTimeMillis);
        listener = TlsListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), TlsIdentity.make("module"));
        listener.add(module.role());
        line = Forwarder.to(listener.port(), LINE);
    }

    /** The module runs for a time. */
    void run(Duration time) {
        ahead.addAndGet(time.toNanos());
        module.tick();
    }

    /** What the module knows of the first site's objects. */
    StoreFigures figures() throws DoppelException {
        return module.store(CLIENT).figures();
    }

    /** Bytes of the files that the module has. */
    long onDisk() throws IOException {
        return SecondSite.bytes(folder);
    }

    @Override
    public Forwarder line() {
        return line;
    }

    @Override
    public String type() {
        return "offsite";
    }

    private static Map<String, String> settings(int port, char[] code) {
        return Map.of("host", Rig.ADDRESS, "port", Integer.toString(port), "code", new String(code));
    }

    @Override
    public Map<String, String> settings() throws DoppelException {
        return settings(line.port(), module.addClient(CLIENT, "", false, QUOTA, listener.fingerprint()));
    }

    @Override
    public Map<String, String> settingsOfReader() throws DoppelException {
        return settings(listener.port(), module.addClient("lyon", CLIENT, true, 0, listener.fingerprint()));
    }

    @Override
    public Map<String, String> settingsOfSuccessor() throws DoppelException {
        return settings(listener.port(), module.renewClient(CLIENT, listener.fingerprint()));
    }

    @Override
    public long packs() throws DoppelException {
        AtomicLong sum = new AtomicLong();
        module.store(CLIENT).list("data", "", info -> sum.addAndGet(info.size()));
        return sum.get();
    }

    @Override
    public void close() throws Exception {
        line.close();
        listener.close();
        module.close();
    }
}
