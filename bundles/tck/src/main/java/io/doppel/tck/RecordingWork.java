package io.doppel.tck;

import io.doppel.api.job.CancelToken;
import io.doppel.spi.hypervisor.HostWork;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The work of a host in a test: remembers what was said. Safe for several threads. */
public final class RecordingWork implements HostWork {
    private final CancelToken cancel;
    private final List<String> infos = new CopyOnWriteArrayList<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    /** Work that nobody cancels. */
    public RecordingWork() {
        this(CancelToken.NEVER);
    }

    /** Work that a test can cancel. */
    public RecordingWork(CancelToken cancel) {
        this.cancel = cancel;
    }

    @Override
    public CancelToken cancel() {
        return cancel;
    }

    @Override
    public void info(String text) {
        infos.add(text);
    }

    @Override
    public void warning(String text) {
        warnings.add(text);
    }

    /** The lines said with {@link #info}. */
    public List<String> infos() {
        return List.copyOf(infos);
    }

    /** The lines said with {@link #warning}. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }
}
