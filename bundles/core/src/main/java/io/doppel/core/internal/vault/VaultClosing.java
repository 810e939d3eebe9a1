package io.doppel.core.internal.vault;

import io.doppel.core.internal.job.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a vault on a thread of its own. If its storage target does not answer it is broken off, which leaves there what a crash would
 * leave, and not waited for if even that does not help; its folder here then stays locked until the last call has come back or the
 * server has ended.
 */
final class VaultClosing {
    private static final Logger LOG = LoggerFactory.getLogger(VaultClosing.class);
    private static final ThreadFactory THREADS = Threads.named("doppel-vault-close");
    /** How long closing in good order may take. */
    private static final long ORDERLY = TimeUnit.SECONDS.toNanos(30);
    /** A target of which a call is out for so long hangs. */
    private static final long SILENT = TimeUnit.SECONDS.toNanos(10);
    /** How long what was broken off may take to end. */
    private static final long BROKEN_OFF = TimeUnit.SECONDS.toNanos(3);

    private static final long LOOK_MILLIS = 100;

    private final String name;
    private final VaultLink link;
    private final Thread thread;
    private final long begun = System.nanoTime();
    private boolean brokenOff;
    private long brokenOffAt;

    private VaultClosing(String name, VaultLink link) {
        this.name = name;
        this.link = link;
        this.thread = THREADS.newThread(link::close);
        thread.start();
    }

    /** Closes vaults, given by name, side by side; takes at most about 35 s, whatever their targets do. */
    static void closeAll(Map<String, VaultLink> links) {
        List<VaultClosing> left = new ArrayList<>();
        links.forEach((name, link) -> left.add(new VaultClosing(name, link)));
        left.removeIf(VaultClosing::isOver);
        boolean interrupted = false;
        while (!left.isEmpty()) {
            try {
                left.get(0).thread.join(LOOK_MILLIS);
            } catch (InterruptedException e) {
                // it takes no long time, and what is closed needs what our caller closes next
                interrupted = true;
            }
            left.removeIf(VaultClosing::isOver);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether there is nothing more to wait for. */
    private boolean isOver() {
        if (!thread.isAlive()) {
            return true;
        }
        long now = System.nanoTime();
        if (!brokenOff && (now - begun >= ORDERLY || link.calls().anyOutFor(SILENT))) {
            LOG.warn("Vault '{}': its storage target does not answer; what waits for it is broken off", name);
            brokenOff = true;
            brokenOffAt = now;
            // that may hang, too
            THREADS.newThread(link::breakOff).start();
        }
        boolean givenUp = brokenOff && now - brokenOffAt >= BROKEN_OFF;
        if (givenUp) {
            LOG.warn("Vault '{}' is left as it is: its storage target does not answer", name);
        }
        return givenUp;
    }
}
