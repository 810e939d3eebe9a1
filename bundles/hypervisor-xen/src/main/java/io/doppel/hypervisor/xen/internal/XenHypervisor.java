package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.Settings;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/** Pools of XenServer and XCP-ng. */
@Component(service = HypervisorType.class)
public final class XenHypervisor implements HypervisorType {
    static final String NAME = "xen";

    private final ActiveRuns active = new ActiveRuns();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String title() {
        return "XenServer and XCP-ng pools and hosts";
    }

    @Override
    public SettingsSpec settings() {
        return XenSettings.spec();
    }

    @Override
    public SettingsSpec snapshotOptions() {
        return SnapshotOptions.spec();
    }

    @Override
    public SettingsSpec restoreOptions() {
        return RestoreOptions.spec();
    }

    @Override
    public List<PeerCertificate> certificates(Settings settings) throws DoppelException {
        return Trust.certificates(XenSettings.read(settings, NoPassword.STORE));
    }

    @Override
    public HypervisorHost connect(HostContext context) throws DoppelException {
        return new XenHost(XenPool.connect(context), active, () -> {});
    }
}
