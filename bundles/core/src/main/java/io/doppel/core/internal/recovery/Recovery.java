package io.doppel.core.internal.recovery;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.api.recovery.RecoveryCopy;
import io.doppel.api.recovery.RecoveryProgress;
import io.doppel.api.recovery.RecoveryReport;
import io.doppel.api.recovery.RecoveryRequest;
import io.doppel.api.recovery.RecoveryService;
import io.doppel.api.recovery.RecoverySource;
import io.doppel.api.recovery.RecoveryStatus;
import io.doppel.api.secret.SecretStore;
import io.doppel.catalog.Catalog;
import io.doppel.core.RecoveryError;
import io.doppel.core.internal.plugin.Plugins;
import io.doppel.core.internal.state.StagedState;
import io.doppel.vault.HolderPatience;
import io.doppel.vault.RecoveryCopies;
import io.doppel.vault.VaultOwner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people ask about recovery copies and recovery. */
public final class Recovery implements RecoveryService {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Path state;
    private final Catalog catalog;
    private final SecretStore secrets;
    private final Plugins plugins;
    private final VaultOwner me;
    private final RecoveryCopier copier;
    private final Restart restart;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile Duration wait = HolderPatience.WAIT;

    /** Starts the services anew with the state that was recovered. */
    @FunctionalInterface
    public interface Restart {
        /** On return they have started; whoever calls is one of the old services. */
        void run() throws DoppelException;
    }

    /**
     * Made by the core.
     *
     * @param state folder of the state
     * @param me this server as vaults know it before it was recovered
     */
    public Recovery(
            Path state,
            Catalog catalog,
            SecretStore secrets,
            Plugins plugins,
            VaultOwner me,
            RecoveryCopier copier,
            Restart restart) {
        this.state = state;
        this.catalog = catalog;
        this.secrets = secrets;
        this.plugins = plugins;
        this.me = me;
        this.copier = copier;
        this.restart = restart;
    }

    /** Another time to wait for a living server, for tests. */
    public void setWait(Duration time) {
        wait = time;
    }

    @Override
    public List<RecoveryStatus> status() throws DoppelException {
        return copier.status();
    }

    @Override
    public RecoveryStatus copyNow(String vault) throws DoppelException {
        return copier.copyNow(vault);
    }

    @Override
    public List<RecoveryCopy> copies(RecoverySource source) throws DoppelException {
        begin();
        try (StagedState staged = StagedState.begin(state);
                SourceVault.Look vault = SourceVault.look(source, plugins.storages(), secrets, staged.scratch(), me)) {
            return vault.vault().recoveryCopies().all().stream()
                    .map(Recovery::view)
                    .toList();
        } finally {
            busy.set(false);
        }
    }

    private void begin() throws DoppelException {
        if (!busy.compareAndSet(false, true)) {
            throw new DoppelException(RecoveryError.BUSY, "This server is being recovered already");
        }
    }

    /** A copy as people see it. */
    static RecoveryCopy view(RecoveryCopies.Found copy) {
        Map<String, Long> counts =
                CopyAbout.of(copy.about()).map(CopyAbout::counts).orElse(Map.of());
        return new RecoveryCopy(
                copy.id(), copy.installation(), copy.server(), copy.made(), counts, copy.bytes(), copy.problem());
    }

    @Override
    public RecoveryReport recover(RecoveryRequest request, RecoveryProgress progress, CancelToken cancel)
            throws DoppelException {
        begin();
        try {
            boolean empty = isEmpty();
            if (!empty && !request.replace()) {
                throw new DoppelException(RecoveryError.NOT_EMPTY, "This server has hosts, vaults or jobs");
            }
            RecoveryReport report;
            try (StagedState staged = StagedState.begin(state)) {
                String life = UUID.randomUUID().toString().replace("-", "");
                RecoveryRun run =
                        new RecoveryRun(request, plugins.storages(), secrets, staged, me, life, wait, progress, cancel);
                report = run.prepare();
                cancel.check();
                staged.commit(report.copy().installation(), life, empty ? "" : "replaced-" + life);
            }
            LOG.info(
                    "Recovered installation {} of server '{}' from copy {}",
                    report.copy().installation(),
                    report.copy().server(),
                    report.copy().id());
            progress.step("Starting with what was brought back", 0, 0);
            start();
            return report;
        } finally {
            busy.set(false);
        }
    }

    private void start() throws DoppelException {
        try {
            restart.run();
        } catch (DoppelException e) {
            throw new DoppelException(RecoveryError.NOT_STARTED, e.getMessage(), e);
        }
    }

    private boolean isEmpty() throws DoppelException {
        return catalog.hosts().all().isEmpty()
                && catalog.vaults().all().isEmpty()
                && catalog.definitions().all().isEmpty();
    }
}
