package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Adds a client. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-client-add",
        description = "NAME: add a client of this offsite module and show its enrolment code")
public final class ClientAddCommand extends OffsiteCommand {
    @Option(name = "--quota", description = "Bytes for its store, condemned ones among them, for example 500G")
    String quota;

    @Option(name = "--store", description = "The client whose store it shares, instead of one of its own")
    String store;

    @Option(name = "--read-only", description = "It may only read")
    boolean readOnly;

    @Override
    protected void run(List<String> words) throws DoppelException {
        String name = exactly(words, "NAME").get(0);
        if ((quota == null) == (store == null)) {
            throw wrong("Give either --quota, for a store of its own, or --store");
        }
        long bytes = quota == null ? 0 : quota(quota);
        show(
                name,
                module().addClient(
                                name,
                                store == null ? "" : store,
                                readOnly,
                                bytes,
                                offsite.port().fingerprint()));
    }

    static long quota(String text) throws DoppelException {
        return SettingsSpec.of(SettingField.required("quota", SettingType.SIZE, "Bytes."))
                .parse(Map.of("quota", text))
                .size("quota");
    }
}
