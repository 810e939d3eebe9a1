package io.doppel.hypervisor.folder.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.spi.hypervisor.HostContext;
import io.doppel.spi.hypervisor.HypervisorHost;
import io.doppel.spi.hypervisor.HypervisorType;
import org.osgi.service.component.annotations.Component;

/** Machines that are folders of disk images on the server. */
@Component(service = HypervisorType.class)
public final class FolderHypervisor implements HypervisorType {
    static final String PATH = "path";

    private final ActiveRestores active = new ActiveRestores();

    @Override
    public String name() {
        return "folder";
    }

    @Override
    public String title() {
        return "Folders of disk images (raw, qcow2, VHD, VHDX) on this server";
    }

    @Override
    public SettingsSpec settings() {
        return SettingsSpec.of(SettingField.required(
                        PATH,
                        SettingType.PATH,
                        "Folder whose subfolders are machines: each one that directly contains image files. New machines"
                                + " are restored into it")
                .asAddress());
    }

    @Override
    public HypervisorHost connect(HostContext context) throws DoppelException {
        return new FolderHost(context, active, () -> {});
    }
}
